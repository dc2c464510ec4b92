"""Import of tables: preview, decisions, one transaction.

A preview writes nothing, and what was written is what the preview said, compared again inside the
transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date
from pathlib import Path

from sqlalchemy.orm import Session

from app.domain.natural_change import DECREASE, DECREASE_REASONS
from app.domain.ownership import Actor
from app.domain.roster_diff import (
    KnownRoster,
    MissingMember,
    RosterDiff,
    compare,
    compare_households,
)
from app.domain.roster_items import (
    APPLY,
    UNDECIDED,
    Decision,
    Decisions,
    ImportItem,
    decided,
    departed,
    import_items,
    let_in,
)
from app.errors import AppError
from app.excel import import_report
from app.excel.headings import vocabulary
from app.excel.pasted import Pasted
from app.excel.roster import FIND_OUT, Choice, RosterFile, parse_roster, read_roster
from app.models import capture
from app.models.change import NaturalChange
from app.models.store import Store
from app.ops import due_list, months
from app.ops.changed import Changed
from app.ops.quiet import quiet_gc
from app.ops.roster_apply import RosterWriter, Village
from app.ops.roster_log import (
    NewFile,
    NewImport,
    file_sha256,
    imported_before,
    note_import,
    remembered_mappings,
)
from app.ops.roster_rows import load_roster
from app.ops.roster_sink import sink_of
from app.ops.roster_words import reason_text

Progress = Callable[[int, int], None]
_VILLAGE_KINDS = frozenset(("village_roster",))


class NotVillageError(AppError):
    """Only a village keeps a roster; a superior gets it in packages."""

    code, message = "E223", "户台账在村里导入，镇、县由变更包收到。名册没有变。"
    hint = "请在村里的电脑上导入。"


class UnknownReasonError(AppError):
    """A decision gives a reason for leaving that the roster does not know."""

    code, message = "E220", "“{reason}”不是离开名册的原因。名册没有变。"
    hint = "可选：{allowed}。"


@dataclass(frozen=True, slots=True)
class FilePreview:
    """One file and what it would change.

    ``imported_on``: the same file has been imported then and nothing came after it (message 204);
    it will not be written again unless asked to.
    """

    file: RosterFile
    diff: RosterDiff
    sha256: str = ""
    imported_on: date | None = None

    @property
    def is_complete(self) -> bool:
        """The file claims to hold the whole village: only then is somebody missing."""
        return _is_complete(self.file)

    def items(self) -> Iterator[ImportItem]:
        """Yield what would happen, item by item, each with a stable key to decide by."""
        return import_items(self.file.table, self.diff)

    @property
    def already_sentence(self) -> str:
        """Return message 204, "" for a file that has not been imported yet."""
        if self.imported_on is None:
            return ""
        return (
            f"这份文件{self.imported_on:%m-%d}导入过，内容一样。"
            "没有再导入，数据没有变。不用再做什么。"
        )


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What an import would do. Nothing has been written."""

    files: tuple[FilePreview, ...]
    today: date
    is_update: bool
    choice: Choice = FIND_OUT


@dataclass(frozen=True, slots=True)
class RosterCounts:
    """People: written anew, changed, left as they were; changes reported to the township.

    ``due``: households that are on the running month's visit list from now on.
    """

    households_created: int
    created: int
    updated: int
    unchanged: int
    reported: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What an import has done. ``import_id``: to undo it by, "" if nothing was imported."""

    changed: Changed
    counts: RosterCounts
    import_id: str = ""


def no_progress(_done: int, _total: int) -> None:
    """Progress for callers that show none."""


def preview_import(
    store: Store | None,
    sources: Iterable[Path | Pasted],
    today: date,
    progress: Progress = no_progress,
    choice: Choice = FIND_OUT,
) -> RosterPreview:
    """Read files or pasted rows and compare them with the stored roster; nothing is written.

    ``store`` None compares with an empty roster: what a file says can be seen without a replica.
    A mapping that was once corrected for a source is used again, unless ``choice`` brings one.

    ``progress`` (done, total) counts rows; an error that it raises stops the reading.

    Raises:
        TableError: a file cannot be read; the text says what to do.
        NotVillageError: this replica is not a village's.
    """
    if store is not None and store.level != "village":
        raise NotVillageError
    known, before = KnownRoster(), dict[str, date | None]()
    with quiet_gc():
        chosen = choice
        if store is not None:
            with store.read() as session:
                chosen = replace(choice, remembered=remembered_mappings(session))
        files = [_read(source, progress, chosen) for source in sources]
        if store is not None:
            with store.read() as session:
                known = load_roster(session).known
                before = {digest: imported_before(session, digest, choice) for _, digest in files}
        found = tuple(
            FilePreview(file, _compare(file, known), digest, before.get(digest))
            for file, digest in files
        )
    return RosterPreview(found, today, bool(known.households), choice)


def apply_import(
    store: Store,
    actor: Actor,
    preview: RosterPreview,
    progress: Progress = no_progress,
    decisions: Decisions = UNDECIDED,
    *,
    again: bool = False,
) -> RosterResult:
    """Write what a preview showed, all files in one transaction; a failure leaves nothing.

    The tables are compared again with what is stored now: several files of one import see each
    other, and whatever was typed since the preview is kept in view. A file that was imported
    before is left out unless ``again``.

    Raises:
        OwnershipError: this person may not write the roster.
        UnknownReasonError: a decision gives a reason for leaving that does not exist.
    """
    files = [item for item in preview.files if again or item.imported_on is None]
    seen = sum(len(i.diff.members) for i in preview.files if i.imported_on is not None) - sum(
        len(i.diff.members) for i in files if i.imported_on is not None
    )
    if not files:
        return RosterResult(Changed(), RosterCounts(0, 0, 0, seen))
    village = Village(store.area_code, store.identity.name, preview.today)
    with quiet_gc(), store.write("roster.import", actor) as session:
        written = _Import(session, village, decisions, progress)
        for item in files:
            written.write(item.file, is_alone=len(files) == 1)
        session.flush()
        due = frozenset[str]()
        if due_list.may_fill(store, actor):
            due = months.add_due(session, store, written.household_ids, preview.today)
        written.tables |= {"sheet"} if due else set()
        seen += written.counts.unchanged
        counts = replace(written.counts, unchanged=seen, due=len(due))
        import_id = note_import(
            session,
            NewImport(
                at=store.clock().astimezone(UTC).isoformat(timespec="seconds"),
                imported_on=preview.today,
                actor=actor.name,
                operation_id=capture.operation_id(session) if written.tables else "",
                counts=asdict(counts),
            ),
            [
                NewFile(item.file, item.sha256, preview.choice, left)
                for item, left in zip(files, written.left_open, strict=True)
            ],
            decisions,
        )
    changed = Changed(frozenset(written.tables), frozenset(written.household_ids))
    return RosterResult(changed, counts, import_id)


def _read(source: Path | Pasted, progress: Progress, choice: Choice) -> tuple[RosterFile, str]:
    """Return what a source says, and its digest."""
    if isinstance(source, Pasted):
        return parse_roster(source.table(), progress, choice), source.sha256
    return read_roster(Path(source), progress, choice), file_sha256(source)


def write_import_report(preview: RosterPreview, path: Path) -> list[Path]:
    """Write the report of an import as workbooks, one a file; return where they stand.

    Raises:
        TableError: a file can no longer be read.
        OSError: a report cannot be written.
    """
    written = []
    for number, item in enumerate(preview.files, 1):
        target = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        import_report.write_import_report(item.file, target, reason_text)
        written.append(target)
    return written


def _is_complete(file: RosterFile) -> bool:
    """Tell whether a file holds the whole village; a list of monitored objects alone does not."""
    has_others = any(not row.values.get("object_type") for row in file.table.rows)
    return file.kind.kind in _VILLAGE_KINDS and has_others


def _compare(file: RosterFile, known: KnownRoster) -> RosterDiff:
    if file.kind.of_households:
        return compare_households(file.table, known)
    return compare(
        file.table,
        known,
        is_complete=_is_complete(file),
        adds_people=file.kind.adds_people,
        departures=file.departures,
    )


@dataclass(slots=True)
class _Import:
    """The files of one import, written one after the other in the caller's transaction."""

    session: Session
    village: Village
    decisions: Decisions
    progress: Progress
    counts: RosterCounts = RosterCounts(0, 0, 0, 0)
    tables: set[str] = field(default_factory=set)
    household_ids: set[str] = field(default_factory=set)
    left_open: list[int] = field(default_factory=list)

    def write(self, file: RosterFile, *, is_alone: bool) -> None:
        """Compare a file with what is stored now and write what is decided."""
        stored = load_roster(self.session)
        table = let_in(file.table, self.decisions)
        proposed = _compare(replace(file, table=table), stored.known)
        diff = decided(proposed, self.decisions)
        is_first = is_alone and not stored.households
        sink = sink_of(self.session, self.village.area_code, is_bulk=is_first)
        applied = RosterWriter(self.session, stored, self.village, sink, self.progress).write(diff)
        self.session.flush()
        gone = list(departed(diff, self.decisions))
        for missing, decision in gone:
            self._report(missing, decision)
        self.tables |= applied.tables
        self.household_ids |= applied.household_ids
        silent = sum(not missing.reason for missing in diff.missing)
        put_off = sum(d.choice != APPLY for d in self.decisions.items.values())
        self.left_open.append(silent - len(gone) + put_off)
        self.counts = RosterCounts(
            self.counts.households_created + applied.households_created,
            self.counts.created + applied.created,
            self.counts.updated + applied.updated,
            self.counts.unchanged + applied.unchanged,
            self.counts.reported + len(gone),
        )

    def _report(self, missing: MissingMember, decision: Decision) -> None:
        """Note a natural change (待办理): the township decides, then the roster follows."""
        reasons = {word: key for key, word in DECREASE_REASONS.items()}
        word = vocabulary().words["departure"].get(decision.reason, decision.reason)
        reason = reasons.get(word, decision.reason)
        if reason not in DECREASE_REASONS:
            allowed = "、".join(DECREASE_REASONS.values())
            raise UnknownReasonError(reason=decision.reason, allowed=allowed)
        home = missing.member.household_id
        self.session.add(
            NaturalChange(
                scope=self.village.area_code,
                household_id=home,
                member_id=missing.member.member_id,
                change_kind=DECREASE,
                reason=reason,
                effective_on=date.fromisoformat(decision.on) if decision.on else None,
                reported_on=self.village.today,
            )
        )
        self.tables.add("natural_change")
        self.household_ids.add(home)
