"""Who asks for what the rules ask: the clauses they cite, each with its title and where to read it.

Titles are abridged. DORA is Regulation (EU) 2022/2554, GDPR Regulation (EU) 2016/679.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Body(StrEnum):
    """Who wrote a clause."""

    NIST = "NIST SP 800-53 r5"
    PCI = "PCI DSS v4.0.1"
    DORA = "DORA"
    GDPR = "GDPR"
    IBM = "IBM Cloud"
    AWS = "AWS"
    KAFKA = "Apache Kafka"
    LEVEE = "levee"


@dataclass(frozen=True, slots=True)
class Control:
    """One clause."""

    body: Body
    clause: str
    title: str
    url: str


_NIST: Final = "https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home"
_PCI: Final = "https://www.pcisecuritystandards.org/document_library/"
_DORA: Final = "https://eur-lex.europa.eu/eli/reg/2022/2554/oj"
_GDPR: Final = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
_IBM: Final = "https://cloud.ibm.com/docs/cloud-logs?topic=cloud-logs-"
_MSK: Final = "https://docs.aws.amazon.com/msk/latest/developerguide/"
_TOWER: Final = "https://docs.aws.amazon.com/controltower/latest/controlreference/"
_PERIMETER: Final = "https://github.com/aws-samples/data-perimeter-policy-examples"
_KAFKA: Final = "https://kafka.apache.org/43/"

_CLAUSES: Final = (
    Control(Body.NIST, "AC-3", "Access enforcement", _NIST),
    Control(Body.NIST, "AC-3(2)", "Access enforcement: dual authorization", _NIST),
    Control(Body.NIST, "AC-3(8)", "Access enforcement: revocation of access authorizations", _NIST),
    Control(Body.NIST, "AC-4", "Information flow enforcement", _NIST),
    Control(Body.NIST, "AC-4(21)", "Physical or logical separation of information flows", _NIST),
    Control(Body.NIST, "AC-5", "Separation of duties", _NIST),
    Control(Body.NIST, "AC-6", "Least privilege", _NIST),
    Control(Body.NIST, "AC-6(10)", "Prohibit non-privileged users from executing privileged functions", _NIST),
    Control(Body.NIST, "AU-4", "Audit log storage capacity", _NIST),
    Control(Body.NIST, "AU-4(1)", "Audit log storage: transfer to alternate storage", _NIST),
    Control(Body.NIST, "AU-9", "Protection of audit information", _NIST),
    Control(Body.NIST, "AU-9(2)", "Store audit records on separate physical systems or components", _NIST),
    Control(Body.NIST, "AU-11", "Audit record retention", _NIST),
    Control(Body.NIST, "AU-11(1)", "Audit record retention: long-term retrieval capability", _NIST),
    Control(Body.NIST, "AU-12", "Audit record generation", _NIST),
    Control(Body.NIST, "CM-3", "Configuration change control", _NIST),
    Control(Body.NIST, "CM-7", "Least functionality", _NIST),
    Control(Body.NIST, "CM-8", "System component inventory", _NIST),
    Control(Body.NIST, "CP-9", "System backup", _NIST),
    Control(Body.NIST, "IA-5", "Authenticator management", _NIST),
    Control(Body.NIST, "SA-9(5)", "Processing, storage, and service location", _NIST),
    Control(Body.NIST, "SA-9(6)", "Organization-controlled cryptographic keys", _NIST),
    Control(Body.NIST, "SC-7", "Boundary protection", _NIST),
    Control(Body.NIST, "SC-8", "Transmission confidentiality and integrity", _NIST),
    Control(Body.NIST, "SC-8(1)", "Transmission confidentiality: cryptographic protection", _NIST),
    Control(Body.NIST, "SC-12", "Cryptographic key establishment and management", _NIST),
    Control(Body.NIST, "SC-28(1)", "Protection of information at rest: cryptographic protection", _NIST),
    Control(Body.NIST, "SI-4", "System monitoring", _NIST),
    Control(Body.NIST, "SI-12", "Information management and retention", _NIST),
    Control(Body.PCI, "4.2.1", "Strong cryptography safeguards account data over open networks", _PCI),
    Control(Body.PCI, "7.2.5", "Application and system accounts have least privileges", _PCI),
    Control(Body.PCI, "8.6.2", "Passwords of application accounts are not hard coded", _PCI),
    Control(Body.PCI, "8.6.3", "Passwords of application accounts are changed periodically", _PCI),
    Control(Body.PCI, "10.3.2", "Audit log files are protected from modification", _PCI),
    Control(Body.PCI, "10.3.3", "Audit log files are promptly backed up to a secure central log server", _PCI),
    Control(Body.PCI, "10.5.1", "Audit log history is kept for at least 12 months", _PCI),
    Control(Body.DORA, "Art. 8", "Identification: classify and document information assets", _DORA),
    Control(Body.DORA, "Art. 9", "Protection and prevention", _DORA),
    Control(Body.DORA, "Art. 10", "Detection", _DORA),
    Control(Body.DORA, "Art. 12", "Backup policies and procedures, restoration and recovery", _DORA),
    Control(Body.DORA, "Art. 28", "Register of information on ICT third-party providers", _DORA),
    Control(Body.DORA, "Art. 30", "Contractual provisions, 30(2)(b): the locations of services and data", _DORA),
    Control(Body.GDPR, "Art. 5(1)(e)", "Storage limitation", _GDPR),
    Control(Body.GDPR, "Art. 6", "Lawfulness of processing", _GDPR),
    Control(Body.GDPR, "Art. 32", "Security of processing", _GDPR),
    Control(Body.GDPR, "Art. 44", "General principle for transfers, onward transfers included", _GDPR),
    Control(
        Body.IBM, "Streaming", "Cloud Logs streams to Event Streams: one account, locations yours", f"{_IBM}streaming"
    ),
    Control(Body.IBM, "S2S", "Service-to-service authorization: Writer", f"{_IBM}iam-service-auth-es"),
    Control(Body.IBM, "Buckets", "Location of the data bucket", f"{_IBM}about-bucket"),
    Control(Body.AWS, "MSK actions", "IAM access control: actions and resources", f"{_MSK}kafka-actions.html"),
    Control(Body.AWS, "MSK defaults", "Default broker configuration", f"{_MSK}msk-default-configuration.html"),
    Control(Body.AWS, "MSK SCRAM", "SCRAM secrets: name and key", f"{_MSK}msk-password-tutorial.html"),
    Control(
        Body.AWS,
        "MSK Connect role",
        "Service execution role and its trust policy",
        f"{_MSK}msk-connect-service-execution-role.html",
    ),
    Control(
        Body.AWS,
        "CT.MSK",
        "Control Tower: CT.MSK.PR.1 TLS in transit, CT.MSK.PR.2 not public",
        f"{_TOWER}msk-rules.html",
    ),
    Control(
        Body.AWS,
        "CT.MULTISERVICE.PV.1",
        "Control Tower: deny by region, and what it exempts",
        f"{_TOWER}ou-region-deny.html",
    ),
    Control(Body.AWS, "Data perimeter", "Trusted identities, trusted resources, expected networks", _PERIMETER),
    Control(
        Body.KAFKA,
        "Authorization",
        "Authorization and ACLs, prefixed patterns",
        f"{_KAFKA}security/authorization-and-acls/",
    ),
    Control(Body.KAFKA, "SCRAM", "Authentication using SASL/SCRAM", f"{_KAFKA}security/authentication-using-sasl/"),
    Control(Body.KAFKA, "Topic configs", "Topic settings and their defaults", f"{_KAFKA}configuration/topic-configs/"),
    Control(
        Body.KAFKA, "Broker configs", "Broker settings and their defaults", f"{_KAFKA}configuration/broker-configs/"
    ),
    Control(
        Body.KAFKA,
        "Producer configs",
        "Producer settings and their defaults",
        f"{_KAFKA}configuration/producer-configs/",
    ),
    Control(Body.LEVEE, "Waivers", "Exceptions are dated, owned and reviewed", ""),
)

_SHORT: Final[Mapping[Body, str]] = {
    Body.NIST: "NIST",
    Body.PCI: "PCI",
    Body.DORA: "DORA",
    Body.GDPR: "GDPR",
    Body.IBM: "IBM",
    Body.AWS: "AWS",
    Body.KAFKA: "Kafka",
    Body.LEVEE: "levee",
}

AUTHORITIES: Final[Mapping[str, Control]] = MappingProxyType(
    {f"{_SHORT[each.body]} {each.clause}": each for each in _CLAUSES}
)
