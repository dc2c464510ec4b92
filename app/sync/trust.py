"""Which devices are trusted: certificates that lead up to the pinned root."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from app.domain.merge import RANKS
from app.sync.keys import Certificate, is_issued_by


class Trust:
    """Certificates known here, judged from the root downwards; immutable.

    ``root_id``: the device pinned by typed fingerprint, None before enrolment (nobody is trusted).
    ``revoked``: devices whose packages are not opened any more; what they wrote before the cut
    stays, so their certificates still count. ``former``: roots that a succession has replaced:
    revoked like these, yet what they vouched for holds.
    """

    def __init__(
        self,
        root_id: str | None,
        certificates: Iterable[Certificate] = (),
        revoked: frozenset[str] = frozenset(),
        former: frozenset[str] = frozenset(),
    ) -> None:
        self.root_id = root_id
        self.revoked = revoked | former
        self.former = former
        self._known: dict[str, list[Certificate]] = defaultdict(list)
        self._paths: dict[str, tuple[Certificate, ...]] = {}
        for certificate in certificates:
            if certificate not in self._known[certificate.device_id]:
                self._known[certificate.device_id].append(certificate)
        for known in self._known.values():
            known.sort(key=lambda c: (-len(c.epochs), c.signed.record))

    def extended(self, certificates: Iterable[Certificate]) -> "Trust":
        """Return this trust with further certificates; the root stays."""
        known = chain(*self._known.values(), certificates)
        return Trust(self.root_id, known, self.revoked, self.former)

    def path(self, device_id: str) -> tuple[Certificate, ...]:
        """Return the valid certificates from the device's up to the root's; () if it is unknown."""
        if device_id not in self._paths:
            self._paths[device_id] = self._find(device_id)
        return self._paths[device_id]

    def _find(self, device_id: str) -> tuple[Certificate, ...]:
        for certificate in self._known.get(device_id, ()):
            if device_id == self.root_id or device_id in self.former:
                if is_issued_by(certificate, certificate):
                    return (certificate,)
            elif certificate.issuer_id != device_id:
                above = self.path(certificate.issuer_id) if self._is_higher(certificate) else ()
                if above and is_issued_by(certificate, above[0]):
                    return (certificate, *above)
        return ()

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
