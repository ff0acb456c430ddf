"""Both halves of a target agree."""

from levee.model.stack import Target
from levee.targets.contract import Capability
from levee.targets.registry import MODELS
from levee_infra.targets.registry import STORES, TARGETS

STORE_WORDS = {"file": "file", "aws-secrets-manager": "secrets-manager"}


def test_every_target_that_can_be_written_has_a_model() -> None:
    assert MODELS.keys() == set(Target)


def test_a_target_is_provisioned_where_its_model_says_that_topics_are() -> None:
    provisioned = {name for name, model in MODELS.items() if model.support(Capability.TOPIC).is_full}
    assert provisioned == TARGETS.keys()


def test_what_is_not_supported_says_what_is_so_meanwhile() -> None:
    supports = [model.support(each) for model in MODELS.values() for each in Capability]
    assert all(bool(each.reason) is not each.is_full for each in supports)


def test_a_store_that_a_provisioned_target_offers_can_be_opened() -> None:
    offered = {store for name in TARGETS for store in MODELS[name].secret_stores}
    assert {STORE_WORDS[store] for store in offered} == STORES.keys()
