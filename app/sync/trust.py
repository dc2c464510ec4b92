"""Which devices are trusted: certificates that lead up to the pinned root."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from app.domain.merge import RANKS, Origin, is_inside
from app.domain.ownership import POLICY
from app.sync.keys import Certificate, is_issued_by


@dataclass(frozen=True, slots=True)
class Former:
    """Roots that were replaced. ``closed``: those whose later certificates count no more."""

    ids: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


def level_of(area: str) -> str:
    """Return the level whose policy stands under an area code."""
    if area.endswith("000000"):
        return "county"
    return "township" if area.endswith("000") else "village"


class Trust:
    """Certificates known here, judged from the root downwards; immutable.

    ``root_id``: the device pinned by typed fingerprint, None before enrolment (nobody is trusted).
    ``cuts``: a scope and a device that it revokes; only those of an area above count. Packages of a
    revoked device are not opened any more; what it wrote before the cut stays, so its certificate
    still counts. ``former``: roots that a succession has replaced: revoked like these, yet what
    they vouched for holds; but what comes with a package later may be a thief's.
    """

    def __init__(
        self,
        root_id: str | None,
        certificates: Iterable[Certificate] = (),
        cuts: Iterable[tuple[str, str]] = (),
        former: Former = Former(),
    ) -> None:
        self.root_id = root_id
        self.former = former
        self._cuts = frozenset(cuts)
        self._known: dict[str, list[Certificate]] = defaultdict(list)
        self._paths: dict[str, tuple[Certificate, ...]] = {}
        for certificate in certificates:
            if certificate not in self._known[certificate.device_id]:
                self._known[certificate.device_id].append(certificate)
        for known in self._known.values():
            known.sort(key=lambda c: (-len(c.epochs), c.signed.record))
        cut = {device_id for scope, device_id in self._cuts if self.may_cut(scope, device_id)}
        self.revoked = former.ids | cut

    def extended(self, certificates: Iterable[Certificate]) -> "Trust":
        """Return this trust with further certificates; the root stays."""
        new = (c for c in certificates if not self.is_late(c))
        known = chain(*self._known.values(), new)
        return Trust(self.root_id, known, self._cuts, self.former)

    def is_late(self, certificate: Certificate) -> bool:
        """Tell whether a replaced root gave a certificate of which nobody here knew then."""
        is_known = certificate in self._known.get(certificate.device_id, ())
        return certificate.issuer_id in self.former.closed and not is_known

    def is_hearsay(self, certificate: Certificate, giver: Origin) -> bool:
        """Tell whether one passes on what a replaced root gave to a device outside one's area.

        Of those inside, whose work it holds, the new root hears from nobody else.
        """
        open_ids = self.former.ids - self.former.closed
        is_old = certificate.issuer_id in open_ids and certificate.device_id not in open_ids
        return is_old and not is_inside(certificate.identity.area_code, giver)

    def may_cut(self, scope: str, device_id: str) -> bool:
        """Tell whether a policy scope may revoke a device.

        A higher level cuts a lower one inside its area; a replaced root is cut by the new one.
        """
        certificate = self.certificate(device_id)
        area = scope.removeprefix(POLICY)
        if certificate is None or area == scope:
            return False
        subject = certificate.identity.origin
        giver = Origin("", level_of(area), area)
        is_over = RANKS[giver.level] > RANKS[subject.level]
        is_replaced = device_id in self.former.ids and giver.level == subject.level
        return (is_over or is_replaced) and is_inside(subject.area_code, giver)

    def path(self, device_id: str) -> tuple[Certificate, ...]:
        """Return the valid certificates from the device's up to the root's; () if it is unknown."""
        if device_id not in self._paths:
            self._paths[device_id] = self._find(device_id)
        return self._paths[device_id]

    def _find(self, device_id: str) -> tuple[Certificate, ...]:
        found: tuple[Certificate, ...] = ()
        for certificate in self._known.get(device_id, ()):
            path = self._path_of(certificate)
            if path and path[-1].device_id == self.root_id:
                return path
            found = found or path  # of a replaced root: only where the new one has given none
        return found

    def _path_of(self, certificate: Certificate) -> tuple[Certificate, ...]:
        device_id = certificate.device_id
        if device_id == self.root_id or device_id in self.former.ids:
            return (certificate,) if is_issued_by(certificate, certificate) else ()
        if certificate.issuer_id == device_id or not self._is_higher(certificate):
            return ()
        above = self.path(certificate.issuer_id)
        return (certificate, *above) if above and is_issued_by(certificate, above[0]) else ()

    def _is_higher(self, certificate: Certificate) -> bool:
        # Levels rise strictly along a path, so that hostile certificates cannot form a ring.
        issuers = self._known.get(certificate.issuer_id, [])
        return any(RANKS[i.identity.level] > RANKS[certificate.identity.level] for i in issuers)

    def certificate(self, device_id: str) -> Certificate | None:
        """Return the device's valid certificate with the longest list of epochs, or None."""
        found = self.path(device_id)
        return found[0] if found else None

    def all_certificates(self) -> list[Certificate]:
        """Return every valid certificate, one of each device."""
        return [c for device_id in self._known if (c := self.certificate(device_id))]

    def rank(self, device_id: str) -> int:
        """Return how high a device's level is; 0 where no certificate is valid."""
        found = self.certificate(device_id)
        return RANKS[found.identity.level] if found else 0

    def name(self, device_id: str) -> str:
        """Return the device's name for a message; its id where no certificate is known."""
        known = self._known.get(device_id)
        return known[0].identity.name if known else f"另一台设备（{device_id[:8]}）"
