"""Deploying template.yaml: the SAM transform, then every resource through boto3, in the order they
need each other.
"""
