"""Every page of the site, with an address that shows something, and who looks at it."""

from urllib.parse import quote

from city import LURAH_OF, City

from dengar.models import Role

PUBLIC: dict[str, str] = {
    "/": "/",
    "/laporan/{number}": "/laporan/{report}",
    "/peta": "/peta",
    "/cek": "/cek",
    "/lapor": "/lapor",
    "/wilayah/{code}": "/wilayah/{kel}",
    "/dinas/{code}": "/dinas/{unit}",
    "/peringkat": "/peringkat?level=sudin",
    "/banjir": "/banjir",
    "/data": "/data",
    "/metode": "/metode",
    "/privasi": "/privasi",
    "/status": "/status",
    "/masuk": "/masuk",
}
STAFF: dict[str, tuple[str, Role]] = {
    "/antrean": ("/antrean", "operator"),
    "/kasus/{number}": ("/kasus/{report}", "operator"),
    "/ruang": ("/ruang", "humas"),
    "/model": ("/model", "analis"),
    "/model/label": ("/model/label", "analis"),
    "/model/banding": ("/model/banding", "auditor"),
    "/model/pergeseran": ("/model/pergeseran", "analis"),
    "/model/{version}": ("/model/{version}", "analis"),
    "/sumber": ("/sumber", "operator"),
    "/sumber/pengiriman": ("/sumber/pengiriman", "admin"),
    "/sumber/{name}": ("/sumber/form", "admin"),
    "/sumber/{name}/karantina": ("/sumber/contoh_posts/karantina", "admin"),
    "/sumber/{name}/karantina/isi": ("/sumber/contoh_posts/karantina/isi?id={aside}", "admin"),
    "/admin": ("/admin", "admin"),
    "/admin/orang": ("/admin/orang?nama=contoh-petugas", "admin"),
    "/admin/program": ("/admin/program", "admin"),
    "/admin/jejak": ("/admin/jejak", "auditor"),
    "/admin/setelan": ("/admin/setelan", "auditor"),
    "/akun": ("/akun", "petugas"),
    "/petugas": ("/petugas", "petugas"),
    "/petugas/{number}": ("/petugas/{report}", "operator"),
    "/aturan": ("/aturan", "admin"),
    "/aturan/versi/{number}": ("/aturan/versi/1", "operator"),
    "/aturan/ubah": ("/aturan/ubah", "admin"),
}
# Addresses that are no pages: data, files, and forms that only take something.
NO_PAGES = (
    "/api/",
    "/umpan/",
    "/static/",
    "/peta/",
    "/foto/",
    "/kait/",
    "/open311",
    "/ogc",
    "/sehat",
    "/metrics",
    "/favicon.ico",
    "/robots.txt",
    "/keluar",
    "/laporan/{number}/tanggapan",  # takes what a reporter says, and leads back
    "/lapor/kirim",  # takes the answer to the question before sending
    "/kasus/{number}/foto",
    "/model/kerja",  # how far the work is, a part of other pages
    "/sumber/{name}/karantina/unduh",
    "/petugas/sw.js",
    "/petugas/manifest.webmanifest",
    "/aturan/uji/",  # a trial that an admin began
)


def fill(address: str, city: City) -> str:
    """Put what there is in this city into an address."""
    report = next(iter(city.store.reports.newest(1, None, None)))
    aside = quote(city.store.quarantine.page("contoh_posts", 1)[0].id)
    version = city.store.versions.find_all()[0].version
    found = {"report": report.number, "unit": LURAH_OF, "kel": report.kel, "aside": aside, "version": version}
    return city.address + address.format(**found)
