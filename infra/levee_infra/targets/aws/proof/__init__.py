"""What a stack made in its AWS account, held against its plan: roles, secrets, keys, archives, alarms, log delivery,
MSK.
"""
