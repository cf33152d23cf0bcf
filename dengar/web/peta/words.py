"""What geocode says of a point that cannot be used, marked for the catalogue."""

from dengar.web.words import _

PROBLEMS: tuple[str, ...] = (
    _("koordinat bukan angka"),
    _("koordinat 0,0: perangkat belum tahu letaknya"),
    _("lintang dan bujur tertukar"),
    _("koordinat di luar bumi"),
    _("titik di laut"),
    _("titik di luar Jakarta"),
)
