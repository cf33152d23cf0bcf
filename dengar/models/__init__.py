"""The records that pass between the parts: frozen, typed, without input or output."""

from dengar.models.api_client import ApiClient
from dengar.models.audit import COMMAND_LINE, AuditEntry, AuditKind
from dengar.models.changes import Changes, Erasing, OutboxMessage, OutboxState, Pending
from dengar.models.delivery import UNSETTLED, Delivery, DeliveryState, TargetHealth
from dengar.models.human_label import HumanLabel, LabelTask, Why
from dengar.models.item import Item, Kind, post_id
from dengar.models.job import Job, JobKind, JobState
from dengar.models.labels import Alternative, Labels, Urgency
from dengar.models.model_version import ModelMove, ModelVersion, MoveKind
from dengar.models.place import Area, Candidate, Clue, Level, Located, Mention, Place, Point, Precision, Whereabouts
from dengar.models.outlook import BudgetUse, HourCount, SourceOutlook
from dengar.models.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    PasswordProblem,
    make_password,
    normalize_password,
    password_problem,
)
from dengar.models.place import Area, Candidate, Clue, Level, Located, Mention, Place, Point, Precision
from dengar.models.post import Draft, Media, Photo, Post, Quarantined
from dengar.models.record import WIB, Record, whole_milliseconds
from dengar.models.report import (
    FOR_STAFF,
    HELD_BACK,
    OPEN_STATES,
    Doubt,
    DoubtKind,
    Escalation,
    Event,
    EventKind,
    Jurisdiction,
    Pause,
    Report,
    Routing,
    Sighting,
    State,
    Tally,
    Voice,
)
from dengar.models.request import Accepted, Receipt, Request
from dengar.models.rules_version import RulesVersion
from dengar.models.run import WENT_WELL, Gap, Run, Silence
from dengar.models.selection import Box, Circle, Selection
from dengar.models.staff import Role, Staff, hash_key
from dengar.models.selection import Box, Selection
from dengar.models.setting import Origin, SettingLine
from dengar.models.staff import ROLES, Role, Staff, hash_key, make_key
from dengar.models.status import Ailment, BudgetLeft, SourceStatus, Status
from dengar.models.unit import Unit, UnitKind

__all__ = [
    "COMMAND_LINE",
    "FOR_STAFF",
    "HELD_BACK",
    "LONGEST_PASSWORD",
    "OPEN_STATES",
    "ROLES",
    "SHORTEST_PASSWORD",
    "UNSETTLED",
    "WENT_WELL",
    "WIB",
    "Accepted",
    "Ailment",
    "Alternative",
    "ApiClient",
    "Area",
    "AuditEntry",
    "AuditKind",
    "Box",
    "BudgetLeft",
    "BudgetUse",
    "Candidate",
    "Changes",
    "Circle",
    "Clue",
    "Delivery",
    "DeliveryState",
    "Doubt",
    "DoubtKind",
    "Draft",
    "Erasing",
    "Escalation",
    "Event",
    "EventKind",
    "Gap",
    "HourCount",
    "HumanLabel",
    "Item",
    "Job",
    "JobKind",
    "JobState",
    "Jurisdiction",
    "Kind",
    "LabelTask",
    "Labels",
    "Level",
    "Located",
    "Media",
    "Mention",
    "ModelMove",
    "ModelVersion",
    "MoveKind",
    "Origin",
    "OutboxMessage",
    "OutboxState",
    "PasswordProblem",
    "Pause",
    "Pending",
    "Photo",
    "Place",
    "Point",
    "Post",
    "Precision",
    "Quarantined",
    "Receipt",
    "Record",
    "Report",
    "Request",
    "Role",
    "Routing",
    "RulesVersion",
    "Run",
    "Selection",
    "SettingLine",
    "Sighting",
    "Silence",
    "SourceOutlook",
    "SourceStatus",
    "Staff",
    "State",
    "Status",
    "Tally",
    "TargetHealth",
    "Unit",
    "UnitKind",
    "Urgency",
    "Voice",
    "Whereabouts",
    "Why",
    "hash_key",
    "make_key",
    "make_password",
    "normalize_password",
    "password_problem",
    "post_id",
    "whole_milliseconds",
]
