"""Archives that exist already: of this account, in the stack's region."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from levee.model.problem import Problem
from levee.plan.planned import Plan, PlannedArchive
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.kinds.archive_bucket.live import NOT_OURS, head
from levee_infra.targets.findings import Findings, unverified


async def look_at_buckets(plan: Plan, api: Api) -> Findings:
    """Ask for each bucket: S3 lists those of the account alone, and names are one space for all accounts."""
    found = await asyncio.gather(*(_look(plan, api, archive) for archive in plan.archives))
    return Findings(tuple(problem for problems in found for problem in problems))


async def _look(plan: Plan, api: Api, archive: PlannedArchive) -> list[Problem]:
    bucket, origin = archive.archive.bucket, archive.archive.origin.at("bucket")
    try:
        about = await head(api, bucket)
    except AwsError as error:
        if error.code != NOT_OURS:
            return [unverified(f"the bucket {bucket}", error, origin)]
        message = f"the bucket {bucket} exists and is another account's, or the caller may not look at it"
        help_ = f"choose another name (names are one for all accounts), or let the caller do s3:ListBucket on {bucket}"
        return [Problem("bucket-not-ours", message, help_, origin)]
    except FailedError as error:
        return [unverified(f"the bucket {bucket}", error, origin)]
    return [] if about is None else list(_misplaced(plan, archive, about.get("BucketRegion")))


def _misplaced(plan: Plan, archive: PlannedArchive, region: str | None) -> Iterator[Problem]:
    if region != plan.boundary.region:
        yield Problem(
            "wrong-region",
            f"the bucket {archive.archive.bucket} lies in {region or 'an unknown region'}, outside the stack's region "
            f"{plan.boundary.region}",
            "choose another name: a bucket can't move",
            archive.archive.origin.at("bucket"),
        )
