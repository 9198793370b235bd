"""What IAM must know of the account's resources to say what a call needs; read from moto, never
changed.
"""

from moto.s3.models import s3_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sns.models import sns_backends

from emulator.place import Place

AWS_OWN_KEYS = "alias/aws/"


def topic_key(arn: str) -> str | None:
    """Return the ARN of the customer's key that a topic is encrypted with; None for AWS's own keys
    and for none.
    """
    _, _, _, region, account, _ = arn.split(":", 5)
    topic = sns_backends[account][region].topics.get(arn)
    key = topic.kms_master_key_id if topic is not None else ""
    if not key or key.startswith(AWS_OWN_KEYS):
        return None
    return key if key.startswith("arn:") else Place(region, account).arn("kms", f"key/{key}")


def config_key(place: Place, name: str) -> str | None:
    """Return the ARN of the key that an endpoint configuration encrypts volumes with, None for
    none.
    """
    config = sagemaker_backends[place.account][place.region].endpoint_configs.get(name)
    key = config.kms_key_id if config is not None else None
    if not key or key.startswith("arn:"):
        return key or None
    return place.arn("kms", key if key.startswith("alias/") else f"key/{key}")


def lacks_object(account: str, bucket: str, key: str) -> bool:
    """Return whether a bucket exists that has no such object."""
    found = s3_backends[account]["aws"].buckets.get(bucket)
    return found is not None and key not in found.keys
