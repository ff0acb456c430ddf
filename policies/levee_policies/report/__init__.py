"""A report in the words of those who read it: people, pipelines, code hosts."""
