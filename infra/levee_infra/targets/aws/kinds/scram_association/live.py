"""How the secrets are read that an MSK cluster takes users from."""

from levee_infra.targets.aws.api import Api, AwsError


async def secrets_of(api: Api, cluster: str) -> list[str] | None:
    """Their ARNs; None where there is no such cluster."""
    try:
        return await api.pages("kafka", "list_scram_secrets", "SecretArnList", ClusterArn=cluster)
    except AwsError as error:
        if error.code == "NotFoundException":
            return None
        raise
