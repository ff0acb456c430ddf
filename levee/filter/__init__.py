"""DPXL, the language of `filter:`: parse, check, format, compile, evaluate. Pure; nothing here is imported at start-up.

Sources: IBM Cloud Logs' "DataPrime Expression Language (DPXL) reference" and "DataPrime expressions and constructs".
"""
