"""The Java file is read by a real Java client as it is."""

import os
import subprocess
from pathlib import Path

import pytest

from levee_infra.local.jars import jar_folder
from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine
from tests.support.credential_inputs import WriterInputs

pytestmark = pytest.mark.integration

CLIENT = Path(__file__).resolve().parents[2] / "support" / "JavaClient.java"


async def test_a_java_client_writes_with_the_file_as_it_is(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, topic: str, tmp_path: Path
) -> None:
    directory = tmp_path / "Zugänge für Kafka"
    state = await engine.create(declare(secretStore={"kind": "file", "directory": str(directory)}))
    file = directory / state.secret_file.name.replace(".properties", ".java.properties")
    jars = jar_folder(cluster.settings.jar_root)
    result = subprocess.run(
        [
            "java",
            "-Dfile.encoding=UTF-8",
            "-Dsun.jnu.encoding=UTF-8",
            "-cp",
            f"{jars}/*",
            str(CLIENT),
            str(file),
            topic,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert "written at offset 0" in result.stdout, result.stderr[-2_000:]
