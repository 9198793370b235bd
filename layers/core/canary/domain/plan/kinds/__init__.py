"""Kinds of endpoints: which carry a rollout, which are refused, and what is told of the others.

Rules: pure; one module a question. Sources: the API model of SageMaker (DescribeEndpoint,
DescribeEndpointConfig, DescribeModel, InvokeEndpoint, InvokeEndpointAsync), and where a sentence
needs more, the page of the SageMaker Developer Guide that its docstring names.
"""
