"""Patches on moto: verified, loud, and gone when the block ends."""

from typing import Any

import pytest
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from emulator.patching import PatchError, Patches


class Fake:
    """Something to patch."""

    def speak(self, word: str) -> str:
        """Return the word."""
        return word


def test_what_is_patched_must_exist() -> None:
    """Replacing something moto no longer has names moto's version."""
    with pytest.raises(PatchError, match=r"moto 5\.2\.5: Fake\.shout is gone"):
        Patches().replace(Fake, "shout", None)


def test_what_is_patched_must_take_what_it_took() -> None:
    """Replacing something whose parameters changed is refused."""
    with pytest.raises(PatchError, match=r"takes \['word'\]"):
        Patches().replace(Fake, "speak", None, parameters=("word", "volume"))


def test_what_is_added_must_be_missing() -> None:
    """Adding what moto now has itself is refused."""
    with pytest.raises(PatchError, match="now exists"):
        Patches().add(Fake, "speak", None)


def test_patches_are_removed_with_the_world(make_world: Any) -> None:
    """Inside a world moto is patched, and every patch is taken back by `remove`."""
    original = SageMakerModelBackend.create_endpoint
    patches = Patches()
    patches.replace(SageMakerModelBackend, "create_endpoint", lambda: None)
    patches.add(SageMakerResponse, "update_endpoint_by_nobody", lambda: None)
    patches.remove()
    assert SageMakerModelBackend.create_endpoint is original
    assert not hasattr(SageMakerResponse, "update_endpoint_by_nobody")
