"""What of IBM Cloud a stack talks to, on this machine: one process on loopback that answers as documented.

IAM, the resource controller, Cloud Logs, Event Streams' Admin REST and Secrets Manager, of any number of accounts and
instances, below one path each. Nothing here is read by levee's own client, nor the other way round: tests hold both to
contract data. Each route, refusal and switch names its source:

`[SDK]` ibm-platform-services 0.77.1, ibm-secrets-manager-sdk 2.1.19 · `[CL]` ibm-cloud-docs/cloud-logs@65f6d5d ·
`[ES]` ibm-cloud-docs/EventStreams@89b0060 · `[ES2]` ibm-cloud-docs/EventStreams-gen2@4b2b371 ·
`[ACC]` ibm-cloud-docs/account@02bc27c · `[EPY]` IBM/eventstreams-python-sdk, adminrest.yaml 1.3.1 ·
`[GO]` IBM/logs-go-sdk@d83d8fc · `[TF]` IBM-Cloud/terraform-provider-ibm@9f9b7ec, `TF#n` an issue of it ·
`[AT]` ibm-cloud-docs/atracker · `I` follows from a source without being stated · `U` undocumented. Whatever is `U` and
could be otherwise is a switch in `behaviour.py`.
"""
