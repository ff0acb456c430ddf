"""Target ibm, live: Cloud Logs that streams into Event Streams, by IBM's REST APIs."""
