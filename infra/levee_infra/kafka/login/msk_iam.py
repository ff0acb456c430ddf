"""Amazon MSK's IAM: a request signed with AWS credentials in place of a token, made by Amazon's own package."""

import time
from pathlib import Path
from typing import Any, Final

from levee.model.login import MskIam
from levee_infra.kafka.login.contract import Method
from levee_infra.kafka.login.secrets import LARGEST, own_text
from levee_infra.kafka.login.tokens import OAUTHBEARER, Token, Tokens
from levee_infra.providers.protocol.failures import FailedError, RefusedError, refused
from levee_infra.providers.protocol.fields import Fields, known

FILES: Final = "saslAwsSharedConfigFiles"

LIFE: Final = 900.0
"""Seconds for which Amazon's package signs."""


def signed(region: str, credentials_file: str | None) -> Token:
    """A token for the brokers of a region. Raises FailedError where there are no credentials to sign with."""
    # boto3 and the signer take 0.3 s to import: only where they are used.
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
    from botocore.exceptions import BotoCoreError

    provider = _provider(credentials_file)
    try:
        began = time.monotonic()
        token, _ = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(region, provider)
    except RefusedError as refusal:
        raise FailedError(str(refusal)) from None
    except (BotoCoreError, ValueError, AttributeError):  # its own text may quote them; None has no access_key
        raise FailedError(
            "there are no AWS credentials to log in to the brokers with: name a file in aws.credentials_file, or give "
            "this process a profile or a role"
        ) from None
    return Token(token, LIFE - (time.monotonic() - began))


def _provider(credentials_file: str | None) -> Any:
    import botocore.session
    from botocore.credentials import CredentialProvider, SharedCredentialProvider

    class Own(CredentialProvider):
        """The credentials that the stack names, or AWS's usual chain."""

        def load(self) -> Any:
            if credentials_file is not None:
                own_text(credentials_file, FILES, LARGEST)
                return SharedCredentialProvider(credentials_file, "default").load()
            found = botocore.session.Session().get_credentials()
            return None if found is None else found.get_frozen_credentials()

    return Own()


def declared(login: MskIam, project: Path) -> dict[str, Any]:
    """In the words of a provider's configuration."""
    words: dict[str, Any] = {"saslMechanism": "aws-iam", "saslAwsRegion": login.region}
    if login.credentials_file is not None:
        words[FILES] = [str(project / login.credentials_file)]
    return words


def read(fields: Fields) -> Tokens:
    """Whose credentials sign, and for which region. Raises RefusedError."""
    region, files = known(fields.text("saslAwsRegion")), known(fields.texts(FILES)) or []
    if region is None:
        raise refused("saslAwsRegion", "saslMechanism aws-iam needs saslAwsRegion, the brokers' region")
    if len(files) > 1:
        raise refused(FILES, "name one file; its profile default is used")
    file = files[0] if files else None
    return Tokens(lambda: signed(region, file), f"AWS credentials{f' of {file}' if file else ''}", {})


METHOD: Final = Method(OAUTHBEARER, ("saslAwsRegion", FILES), declared, read)
