"""What a key encrypts of a stack that is still there: by tags, then by each thing's own word, for lists lag behind."""

import asyncio

from levee_infra.targets.aws.api import PARALLEL, Api
from levee_infra.targets.aws.arn_scope import Arn
from levee_infra.targets.aws.kinds.archive_bucket.live import key_of
from levee_infra.targets.aws.kinds.data_stream.live import enduring
from levee_infra.targets.aws.tags import STACK


async def encrypts_anything(api: Api, key: str, stack: str | None) -> bool:
    """Say whether a bucket or a data stream of the stack is there that the key, an ARN, encrypts."""
    kept = await api.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        TagFilters=[{"Key": STACK, "Values": [stack]}] if stack else [{"Key": STACK}],
        ResourceTypeFilters=["s3", "kinesis:stream"],
    )
    named = (Arn.parse(entry["ResourceARN"]) for entry in kept)
    arns = [arn for arn in named if arn is not None and (arn.service != "s3" or not arn.region)]  # no access points
    for start in range(0, len(arns), PARALLEL):
        keys = await asyncio.gather(*(_key_of(api, arn) for arn in arns[start : start + PARALLEL]))
        if {key, key.rpartition("/")[2]} & {*keys}:
            return True
    return False


async def _key_of(api: Api, arn: Arn) -> str | None:
    """The key of a bucket or data stream; None where it is gone, or has none."""
    if arn.service == "s3":
        return await key_of(api, arn.resource)
    about = await enduring(api, arn.resource.removeprefix("stream/"))
    return None if about is None else about.get("KeyId")
