"""Word lists: how people shorten the words inside names, and words that never belong to a name."""


def words(text: str) -> frozenset[str]:
    """Give the words of a text as a set."""
    return frozenset(text.split())


def _pairs(lines: str) -> dict[str, str]:
    """Read lines such as "kampung: kp kmp" as {"kp": "kampung", "kmp": "kampung"}."""
    pairs = {}
    for line in lines.strip().splitlines():
        word, _, others = line.partition(":")
        pairs.update(dict.fromkeys(others.split(), word.strip()))
    return pairs


# Only spellings that are no other Indonesian word: "ps" is pasar, "sel" stays a cell.
CANONICAL = _pairs("""
jalan: jl jln jlan jlm jalam jaln
gang: gg gng
kelurahan: kel klurahan keluarahan kelurhan
kecamatan: kec kcamatan kecmatan
kampung: kp kmp kampong kmpung kpg
pondok: pd pdk pndok ponduk
tanjung: tjg tanjong tanjng
kebon: kebun kbn kb
kramat: keramat
pasar: psr ps pasr
rawa: rwa
barat: brt
timur: tmr tmur timut
utara: utr
selatan: slt selatn slatan sltn
pulo: polo
kelapa: klp
duren: durian drn
taman: tmn
tanah: tn tnh
gunung: gn
bukit: bkit
jembatan: jbt jmbtn jbtn jmbatan
stasiun: stasion stasium stsn
terminal: term trmnl
perumahan: perum perumnas prum prumahan
komplek: kompleks komplex kompl komp
apartemen: apartement apartmen apartment apart
masjid: mesjid masjd
musholla: mushola mushalla musala musholah mushollah
sungai: sei sngai
simpang: simp
perempatan: prapatan perapatan prempatan
pertigaan: pertigan prtigaan
haji: hj h
muhammad: moh moch mohd muh mochamad mohammad mohamad muhamad mohammed
abdul: abd
1: satu
5: lima
10: sepuluh
jenderal: jend jendral jendal
raden: rd
letjen: letjend
brigjen: brigjend
mayjen: mayjend
kapten: kapt
letkol: letkoll
profesor: prof
dokter: dr
underpass: underpas anderpass terowongan
flyover: flyofer playover
2: ii dua
3: iii tiga
4: iv empat
6: vi enam
7: vii tujuh
8: viii delapan
9: ix sembilan
11: xi
12: xii
13: xiii
14: xiv
15: xv
16: xvi
warung: wr wrg
mall: mal
""")

ABBREVIATIONS = frozenset(CANONICAL) | frozenset(CANONICAL.values()) | {"kec", "kel", "prov", "kota", "kodya"}

# Words after which, or at which, the name of a street or a building ends.
STOP = words(
    "a abis ada adakah adalah adanya agar ahok aja ajah akan akibat aktif alamat alias aliran aman amat ambil "
    "amblas ambles ambrol ambruk ampe ampun anak anda aneh angkot angkut angkutan anjir antara apa apakah apalagi "
    "apbd app ara arah area arus asal aspal aspalnya atas atau aturan atw awal ayo bagaimana bagi bagian bagus "
    "bahaya bahwa baik bakar ban banget bangjir bangunan banjir banjr banyak bapa bapak bareng basah bau bawa "
    "bawah bbrp beberapa becek beda begini begitu bekas belakang beliau belum berada berantakan berapa berasa "
    "berasap berat berbahaya berdagang berdebu bergelombang berhenti berikut berlobang berlubang bermasalah "
    "bersama bersebelahan berseberangan bersih bersihkan bertahun berwenang beserta besok bgmn bgt biar biarin "
    "bikin bila bilang bingung bisa blm blok blum bnyk bocor bolak bolong bongkar bos box bpk brp bs bsa btw bu "
    "buang buat bukan bulan buntu buruk bus butuh cara cctv cek cepat coba contoh cs cukup cuma daerah dagang dah "
    "dan dapat dari daripada datang debu deh dekat deket dengan depan desa dg dgn di dia diangkut dibangun "
    "dibersihkan dibiarkan dibuang dibuat dicek didaerah didepan diduga dihalaman dijadikan dijalan dikasih "
    "dikelola dilakukan dilubangi dimana dimatikan dimohon dinas dini dipasang diperbaiki diperhatikan dipinggir "
    "dipotong dirapikan diri disana disekitar disini disuruh ditambal ditanam ditebang ditertibkan ditindak "
    "ditutup ditutupi diwilayah dki dll dlm dmn dong donk dpn dr drainase dri drpd drum dst duh duit dulu dusun "
    "efek eh eksekusi emang enak engga enggak entah esok evakuasi excavator fogging foto ga gak galian gan ganggu "
    "gara gede gelandangan gelap gelapan genang genangan gepeng gimana gini gitu gk gmn gorong got gotong gt gua "
    "gubernur gue gw habis hai hallo halo hampir hancur hanya hanyut harap hari harus hebat hidup hilang hingga "
    "hp hrs hujan ialah ibu ibukota ijin ikut ilegal imbas info informasi inget ingin ini itu iya izin jadi jaga "
    "jakarta jalanan jam jaman jarang jebol jelas jelek jg jgn jika jkt jml jorok juga jumat kabel kabupaten "
    "kadang kagak kak kaki kalau kalian kalo kami kamis kan kapan karena karung kasih kasus katanya kawal kawasan "
    "kayak kayaknya ke keadaan kebakaran kebanjiran kecamatan kecelakaan kecewa kedalaman kejadian kekurangan "
    "keluar keluarga keluhan kelurahan kemacetan kemana kemarin kena kenapa kendaraan kepada kepala keren kering "
    "keruh ketika ketinggian ketua khawatir khusus kira kirim kiriman kita kl klo km kmren kmrn kodepos kok "
    "kondisi kondisinya konstruksi korban kosong kota kotamadya kotor kpd krn kumuh kurang kurg lagi lain lalin "
    "lalu lampu langsung lantai lapor laporan laporkan larang lebih lengkap lewat lho liar licin lihat listrik "
    "lobang loh lokasi lokasinya longgar longsor lsg lubang lumayan lumpuh lumpur maaf macam macet macetnya "
    "maghrib mah maka makin maksud malah malam maling mampet mana mandek manfaat mangkal mangkrak marak mari mas "
    "masa masalah masih masuk mati matinya mau mbak melalui melapor melebar meledak melewati meluap meluber "
    "membahayakan membersihkan membludak membuat meminta memohon memotong mencapai mengalami mengapa mengecek "
    "mengeluh mengenai mengganggu menggenang menghalangi menginap mengurus menjadi menuju menumpuk menutup merasa "
    "mereka merupakan mesti min minggu minimal minta mintak misal mngkn mobil mogok mohon monggo motor mulai "
    "muncul mungkin nah naik nama namun nanti nder ngelapor ngetem ngga nggak nih no nomer nomor nongkrong "
    "normalisasi nunggu nya nyala nyampah ojek oknum oleh om orang org pada padahal padam padat pagar pagi pak "
    "pakai pake paling para parah parkir parkiran pas pasang pasti pdhl pedagang pejalan pekerjaan pembangunan "
    "pembuangan pemda pemerintah pemprov penanganan pendek penerangan pengaduan pengemis pengendara penghuni "
    "penuh penumpang per perbaikan perempatan perhatian perihal perlu permintaan pernah persis persisnya pertama "
    "petugas pihak pinggir pinggiran pintu pkl pohon pohonnya pola polisi posisi posko preman prihatin program "
    "provinsi proyek pukul puluhan pun pungli pungutan punya putus rabu raib ramai rame rapih rawan relawan resah "
    "resmi retak ri robek roboh rombongan rontok rt ruas ruko rumah rusak rutin rw saat saja saluran sama sami "
    "sampah sampai sampe sampi samping sana sangat sapi satpol saya sbb sbg sblm sd sdg sdh se sebab sebagai "
    "sebagian sebelah sebelum sebelumnya seberang sebuah sedang segera segitu sehari seharusnya sehingga sejak "
    "sejauh sekali sekarang sekitar sekitarnya selain selalu selama selasa selepas sempat seluruh semakin semalam "
    "semenjak sementara semoga semrawut semua sendiri sengaja senin sepanjang sepeda seperti sepi sering serta "
    "setelah setiap setinggi si siaga siang siap siapa sih silahkan silakan sini situ skr skrg skrng slalu sll sm "
    "sma smp sore spanduk sprti spt sptnya stop sudah sudin suka sulit supaya surut susah sy syukur tadi tahun "
    "tak tanggal tanggapan tanpa tapi tau tawuran tdk telp tempat tempatnya tenggelam tentang tepat tepatnya "
    "terbakar terbengkalai terbuka terdapat terendam terganggu tergenang terhadap terhambat terima terjadi "
    "terkait terlalu terlihat termasuk ternyata terpantau terputus tersebut tertib tertutup terus terusan tetap "
    "tgl thd thn tiang tiap tiba tidak tindak tinggal tks tlg tlong tolong tolonglah total trafo trims trnyata "
    "trotoar trs truk trus tsb tst tuh tuk tumbang tumpah tumpuk tumpukan tutup ucapan ud uda udah udara udh ugal "
    "ujan ujung ular untk untuk upaya usaha usai utk via volume wa wahai waktu walau walaupun walikota wan warga "
    "warganya wib wilayah ya yaa yah yaitu yakni yang yg yth yuk",
)

# Tails that a street or a building takes after its name.
TAILS = words(
    "raya dalam utara selatan timur barat tengah besar kecil baru lama indah permai asri jaya kav",
)
ROMANS = words(
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii",
)
HONORIFICS = words(
    "pak bpk bapak bapa bu ibu mas mbak bang om tante kang sdr sdri saudara almarhum alm nama",
)

# What the word before a name says: a building, a street ... (types of Mention).
HEADS = {
    word: kind
    for kind, words in {
        "street": "jalan gang",
        "area": "komplek perumahan kampung rusun rusunawa apartemen kawasan cluster",
        "landmark": "pasar masjid musholla gereja vihara klenteng rs rsu rsud rsia puskesmas klinik sd sdn smp smpn "
        "sma sman smk smkn sekolah kampus universitas univ gedung mall plaza hotel spbu taman museum polsek polres "
        "polda lapangan gor stadion rptra tpu ruko resto restoran menara wisma graha apotek toko",
        "transit_stop": "stasiun halte terminal",
        "road_structure": "flyover underpass jembatan jpo kolong simpang pertigaan perempatan bundaran gerbang",
        "waterway": "kali sungai waduk situ danau embung kanal",
    }.items()
    for word in words.split()
}
# Heads that are also everyday words: a name must follow that is known or written with a capital.
LOOSE = words(
    "pasar taman kali situ sekolah kampus gedung lapangan jembatan toko menara kolong simpang gerbang kawasan "
    "resto restoran polda polres polsek stasiun terminal hotel museum klinik cluster graha wisma plaza mall danau "
    "musholla kampung sungai apotek sd smp sma smk",
)
# Names of areas that are also everyday words: only believed after an area word, or with a place word and a capital.
COMMON = words(
    "baru tengah gunung pulo jati duri tugu setu tangki kartini gelora kenari keagungan karet dukuh susukan "
    "malaka kebon kampung pasar batu malang solo pati banjar penggilingan rambutan gedong",
)
# The same, less everyday: believed with a place word or with a capital.
UNUSUAL = words(
    "guntur bangka kramat kapuk senen serdang selong galur kamal bungur semper kuningan halim makasar sukabumi "
    "bali melawai cipinang angke serang tegal padang medan ampera juanda harmoni harmony pramuka santa dadap "
    "fatmawati sudirman layur hek kreo lapan thamrin saharjo antasari klender kota barito volker enggano biak "
    "tendean satrio monginsidi mampang prapanca asemka fatahillah minangkabau mandala veteran menceng lampiri "
    "buncit spark yarsi arion kopro ganefo perbanas stan kepu walang lodan basmol gembrong boncos pesing mindi "
    "condet",
)
PLACE_WORDS = words(
    "di didaerah daerah wilayah diwilayah kawasan sekitar area kampung warga dikawasan kelurahan kecamatan",
)
TOWARDS = words(
    "arah menuju ke tujuan jurusan mengarah",
)
OFFICES = words(
    "walikota wali pemkot polres kapolres polda bupati pemkab pemprov gubernur",
)
# What "jalan" means when no name follows: "jalan tol", "jalan umum".
PLAIN_ROADS = words(
    "umum umun perumahan utama kembali normal setapak protokol layang tol pintas tembus buntu lebar sempit "
    "sendiri poros nasional desa kampung komplek lingkungan tikus arteri alternatif cor beton paving tanah licin "
    "inspeksi kecil besar depan samping cepat lambat provinsi dua satu lancar bagus ambles arah",
)
# Known names that are also plain words: only believed with a capital.
PLAIN_PHRASES = frozenset(
    {"taman kota", "pasar baru", "pasar pagi", "kampung baru", "kali besar", "jalan baru", "tanah merah"}
)
NUMBERED = words(
    "sd sdn smp smpn sma sman smk smkn pintu km",
)
# Streets that nearly every Indonesian city has.
NATIONAL = words(
    "pemuda diponegoro pahlawan veteran merdeka kartini siliwangi juanda sudirman pramuka pendidikan kemerdekaan "
    "pattimura hasanuddin majapahit",
) | {
    "ahmad yani",
    "a yani",
    "jenderal sudirman",
    "gajah mada",
    "hayam wuruk",
    "gatot subroto",
    "slamet riyadi",
    "asia afrika",
    "yos sudarso",
    "imam bonjol",
    "teuku umar",
    "s parman",
    "wahid hasyim",
    "sultan agung",
    "mt haryono",
    "di panjaitan",
    "wolter monginsidi",
    "raden saleh",
    "pangeran diponegoro",
    "letjen s parman",
    "letjen suprapto",
    "jenderal ahmad yani",
}
