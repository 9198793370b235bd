"""SageMaker's model registry: groups of packages, their versions, who approved them. No endpoint is
needed for it; models are made of its packages.
"""
