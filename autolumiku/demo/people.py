"""Who and what the two showrooms are: all invented, numbers 62812000000xx only."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "mobil-bekas-77"  # noqa: S105 - printed by load_demo; only load_demo makes these logins
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    name: str
    role: str  # tenants.models.Role


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who commands by WhatsApp; rights: the `can_…` switches that are on."""

    phone: str
    name: str
    role: str  # StaffWhatsAppAuth.Role
    rights: frozenset[str]
    login: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    slug: str
    name: str
    city: str
    address: str
    prefix: str
    plate: str  # letter of the region's number plates
    phone: str
    client_id: str
    ai_name: str
    personality: str
    welcome: str
    after_hours: str
    hours: tuple[tuple[str, str] | None, ...]  # Monday first; None: closed
    logins: tuple[Login, ...]
    staff: tuple[Staff, ...]
    first_customer: int  # the last two digits of the first customer's number


ALL = frozenset(
    {
        "can_upload_vehicle",
        "can_edit_vehicle",
        "can_update_status",
        "can_view_analytics",
        "can_manage_leads",
        "can_manage_chats",
    }
)

PRIMA = Place(
    slug="prima-mobil-demo",
    name="Prima Mobil Demo",
    city="Jakarta",
    address="Jl. Contoh Raya No. 8, Jakarta Pusat",
    prefix="PM-PST",
    plate="B",
    phone="6281200000001",
    client_id="demo-prima-0001",
    ai_name="Prima",
    personality="friendly",
    welcome="Halo, selamat datang di Prima Mobil Demo! Ada mobil yang sedang dicari?",
    after_hours="Showroom kami sedang tutup. Pesan Kakak tetap kami terima, dan staf kami membalas saat jam buka.",
    hours=(*[("09:00", "18:00")] * 5, ("09:00", "17:00"), ("10:00", "14:00")),
    logins=(
        Login("prima-pemilik", "Hendra Wijaya", "owner"),
        Login("prima-manajer", "Ratna Dewi", "manager"),
        Login("prima-sales", "Agus Setiawan", "sales"),
    ),
    staff=(
        Staff("6281200000011", "Hendra Wijaya", "owner", ALL, "prima-pemilik"),
        Staff("6281200000012", "Ratna Dewi", "manager", ALL, "prima-manajer"),
        Staff("6281200000013", "Agus Setiawan", "staff", frozenset({"can_update_status"}), "prima-sales"),
    ),
    first_customer=30,
)
SINAR = Place(
    slug="sinar-auto-demo",
    name="Sinar Auto Demo",
    city="Surabaya",
    address="Jl. Percobaan No. 21, Surabaya",
    prefix="SA",
    plate="L",
    phone="6281200000002",
    client_id="demo-sinar-0002",
    ai_name="Sinta",
    personality="professional",
    welcome="",
    after_hours="",
    hours=(*[("08:30", "17:00")] * 5, ("08:30", "15:00"), None),
    logins=(
        Login("sinar-pemilik", "Lestari Halim", "owner"),
        Login("sinar-manajer", "Bambang Prasetyo", "manager"),
        Login("sinar-sales", "Yuni Kartika", "sales"),
    ),
    staff=(
        Staff("6281200000021", "Lestari Halim", "owner", ALL, "sinar-pemilik"),
        Staff("6281200000022", "Bambang Prasetyo", "manager", ALL - {"can_upload_vehicle"}, "sinar-manajer"),
        Staff("6281200000023", "Yuni Kartika", "staff", frozenset({"can_upload_vehicle"}), "sinar-sales"),
    ),
    first_customer=60,
)
PLACES = (PRIMA, SINAR)

# People in the simulator who have not written yet.
NEWCOMERS = (
    ("6281200000090", "Budi Santoso"), ("6281200000091", "Siti Rahma"), ("6281200000092", "Andi Pratama"),
    ("6281200000093", "Maria Ulfa"), ("6281200000094", "Joko Susilo"), ("6281200000095", "Nina"),
)  # fmt: skip
CUSTOMERS = (
    "Rudi Hartono", "Dewi Anggraini", "Fajar Nugroho", "Intan Permata", "Yoga Aditya", "Lina Marlina", "Eko Purnomo",
    "Sari Wulandari", "Taufik Hidayat", "Putri Amelia", "Arif Rahman", "Wahyu Saputra", "Mega Puspita",
    "Doni Kurniawan", "Rina Oktaviani", "Bayu Firmansyah", "Novi Handayani", "Irfan Maulana", "Citra Lestari",
    "Galih Ramadhan", "Vera Safitri", "Hadi Gunawan", "Tika Ayu", "Surya Darma", "Winda Sari", "Reza Fahlevi",
    "Ani Suryani", "Dimas Wicaksono", "Laras Pertiwi", "Ferry Kusuma",
)  # fmt: skip


# Invented leasings: name, least down payment (%), oldest car at the last instalment, flat rates for 1 to 5 years.
LEASINGS = (
    ("Contoh Finance", 20, 15, ("6.50", "7.25", "7.75", "8.50", "9.50")),
    ("Andai Multifinance", 25, 20, ("8.00", "9.00", "9.75", "10.50", "11.50")),
)


def faqs(place: Place) -> tuple[tuple[str, str], ...]:
    """Eight questions with the showroom's own answers."""
    return (
        ("Berapa lama proses kredit?", "Biasanya 1 sampai 3 hari kerja setelah berkas lengkap diterima leasing."),
        ("Apakah menerima tukar tambah?", "Menerima. Mobil Kakak kami cek dulu di showroom sebelum ada taksiran."),
        ("Di mana lokasi showroom?", f"{place.name} ada di {place.address}."),
        ("Apakah bisa test drive?", "Bisa di showroom dengan janji dulu. Mohon bawa SIM A yang masih berlaku."),
        ("Apakah unit boleh diinspeksi?", "Boleh. Kakak bisa membawa mekanik atau jasa inspeksi sendiri."),
        ("Bagaimana cara booking unit?", "Booking dilakukan di showroom dengan tanda jadi dan kuitansi resmi."),
        ("Apakah melayani luar kota?", "Melayani. Biaya kirim dihitung staf kami sesuai kota tujuan."),
        ("Apakah ada garansi?", "Garansi tidak sama untuk setiap unit. Staf kami menjelaskan unit demi unit."),
    )
