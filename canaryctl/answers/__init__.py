"""What commands answer under --json, as types: the schemas of docs/schema/canaryctl are made of
them.

Rules: keys are added and never renamed or taken away; a test holds the real answers of every
command against its type.
"""
