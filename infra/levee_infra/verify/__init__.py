"""Proof on the live cluster that a stack's credentials can do what is declared, and nothing else.

A proof must be safe where records are regulated and consumers are live. So it asks for operations in forms that a
broker's authorizer judges and that then can't be carried out: a produce request without a record, the deletion of
records from a partition that doesn't exist, the heartbeat of a member that no group has. The broker's answer tells
whether the principal was let through, and nothing has happened either way. Forms and their answers are listed in
`stream_request`, `group_request` and `cluster_request`.
"""
