"""Words of the synthetic worlds: what captions, comments, places, groups and tags are made of. Data only."""

from __future__ import annotations

CATEGORIES = (
    "cafe",
    "restaurant",
    "park",
    "museum",
    "beach",
    "market",
    "station",
    "school",
    "hotel",
    "stadium",
)

PLACE_NOUNS: dict[str, str] = {
    "en": "Café,Kitchen,Park,Museum,Beach,Market,Station,School,Hotel,Stadium",
    "pt": "Café,Restaurante,Parque,Museu,Praia,Mercado,Estação,Escola,Hotel,Estádio",
    "es": "Café,Restaurante,Parque,Museo,Playa,Mercado,Estación,Escuela,Hotel,Estadio",
    "fr": "Café,Brasserie,Parc,Musée,Plage,Marché,Gare,École,Hôtel,Stade",
    "de": "Café,Gasthaus,Park,Museum,Strand,Markt,Bahnhof,Schule,Hotel,Stadion",
    "it": "Caffè,Trattoria,Parco,Museo,Spiaggia,Mercato,Stazione,Scuola,Albergo,Stadio",
    "pl": "Kawiarnia,Restauracja,Park,Muzeum,Plaża,Targ,Dworzec,Szkoła,Hotel,Stadion",
    "tr": "Kahve,Lokanta,Parkı,Müzesi,Plajı,Çarşı,İstasyonu,Okulu,Oteli,Stadı",
    "sv": "Kafé,Krog,Parken,Museet,Stranden,Torget,Stationen,Skolan,Hotell,Stadion",
    "vi": "Cà phê,Nhà hàng,Công viên,Bảo tàng,Bãi biển,Chợ,Ga,Trường,Khách sạn,Sân vận động",
    "id": "Kopi,Warung,Taman,Museum,Pantai,Pasar,Stasiun,Sekolah,Hotel,Stadion",
    "ru": "Кафе,Ресторан,Парк,Музей,Пляж,Рынок,Вокзал,Школа,Отель,Стадион",
    "uk": "Кав’ярня,Ресторан,Парк,Музей,Пляж,Ринок,Вокзал,Школа,Готель,Стадіон",
    "el": "Καφέ,Ταβέρνα,Πάρκο,Μουσείο,Παραλία,Αγορά,Σταθμός,Σχολείο,Ξενοδοχείο,Στάδιο",
    "ar": "مقهى,مطعم,حديقة,متحف,شاطئ,سوق,محطة,مدرسة,فندق,استاد",
    "fa": "کافه,رستوران,پارک,موزه,ساحل,بازار,ایستگاه,مدرسه,هتل,ورزشگاه",
    "he": "קפה,מסעדת,פארק,מוזיאון,חוף,שוק,תחנת,בית ספר,מלון,אצטדיון",
    "hi": "कैफ़े,रसोई,उद्यान,संग्रहालय,तट,बाज़ार,स्टेशन,विद्यालय,होटल,स्टेडियम",
    "bn": "ক্যাফে,রেস্তোরাঁ,পার্ক,জাদুঘর,সৈকত,বাজার,স্টেশন,বিদ্যালয়,হোটেল,স্টেডিয়াম",
    "th": "คาเฟ่,ร้านอาหาร,สวน,พิพิธภัณฑ์,หาด,ตลาด,สถานี,โรงเรียน,โรงแรม,สนามกีฬา",
    "zh": "咖啡馆,饭店,公园,博物馆,海滩,市场,车站,学校,酒店,体育场",
    "ja": "カフェ,食堂,公園,美術館,海岸,市場,駅,学校,旅館,スタジアム",
    "ko": "카페,식당,공원,박물관,해변,시장,역,학교,호텔,경기장",
    "ka": "კაფე,რესტორანი,პარკი,მუზეუმი,სანაპირო,ბაზარი,სადგური,სკოლა,სასტუმრო,სტადიონი",
    "hy": "Սրճարան,Ռեստորան,Այգի,Թանգարան,Ափ,Շուկա,Կայարան,Դպրոց,Հյուրանոց,Մարզադաշտ",
    "am": "ካፌ,ምግብ ቤት,መናፈሻ,ሙዚየም,ባሕር ዳርቻ,ገበያ,ጣቢያ,ትምህርት ቤት,ሆቴል,ስታዲየም",
}
"""One noun per category, in the order of `CATEGORIES`, by language."""

WORDS: dict[str, str] = {
    "en": "the a my with this love day so new at morning night coffee light sun sea home good best "
    "happy weekend time friends music city street summer winter rain blue little big finally again "
    "today joy smile smooth mellow melt journey job can't won't don't old film light_leak golden "
    "hour view walk run ride train food cake tea dog cat dream",
    "pt": "amor dia com meu minha sol mar praia café manhã noite saudade coração festa amigos verão "
    "chuva cidade música feliz domingo família sorriso viagem luz céu jogo mel melhor",
    "es": "amor día con mi sol mar playa café mañana noche corazón fiesta amigos verano lluvia "
    "ciudad música feliz domingo familia sonrisa viaje luz cielo niño año jornada mejor",
    "fr": "amour jour avec mon ma soleil mer plage café matin nuit cœur fête amis été pluie ville "
    "musique heureux dimanche famille sourire voyage lumière ciel forêt là-bas joie mélodie",
    "de": "Liebe Tag mit mein Sonne Meer Strand Kaffee Morgen Nacht Herz Fest Freunde Sommer Regen "
    "Stadt Musik glücklich Sonntag Familie Lächeln Reise Licht Himmel schön Straße Größe jetzt",
    "it": "amore giorno con mio sole mare spiaggia caffè mattina notte cuore festa amici estate "
    "pioggia città musica felice domenica famiglia sorriso viaggio luce cielo perché così melodia",
    "pl": "miłość dzień z moja słońce morze plaża kawa rano noc serce święto przyjaciele lato deszcz "
    "miasto muzyka szczęście niedziela rodzina uśmiech podróż światło niebo jeszcze",
    "tr": "aşk gün benim güneş deniz plaj kahve sabah gece kalp bayram arkadaşlar yaz yağmur şehir "
    "müzik mutlu pazar aile gülümseme yolculuk ışık gökyüzü çok güzel",
    "sv": "kärlek dag med min sol hav strand kaffe morgon natt hjärta fest vänner sommar regn stad "
    "musik glad söndag familj leende resa ljus himmel och så jobb",
    "vi": "yêu ngày với của nắng biển cà phê sáng đêm trái tim lễ bạn bè mùa hè mưa thành phố âm "
    "nhạc vui gia đình nụ cười",
    "id": "cinta hari dengan saya matahari laut pantai kopi pagi malam hati pesta teman hujan kota "
    "musik bahagia minggu keluarga senyum jalan-jalan cahaya langit jogja",
    "ru": "любовь день с моя солнце море пляж кофе утро ночь сердце праздник друзья лето дождь город "
    "музыка счастье воскресенье семья улыбка путешествие свет небо ещё мелодия",
    "uk": "кохання день з моя сонце море пляж кава ранок ніч серце свято друзі літо дощ місто музика "
    "щастя неділя родина усмішка подорож світло небо їжа",
    "el": "αγάπη μέρα με μου ήλιος θάλασσα παραλία καφές πρωί νύχτα καρδιά γιορτή φίλοι καλοκαίρι "
    "βροχή πόλη μουσική χαρά Κυριακή οικογένεια χαμόγελο ταξίδι φως ουρανός",
    "ar": "حب يوم مع شمس بحر شاطئ قهوة صباح ليل قلب عيد أصدقاء صيف مطر مدينة موسيقى سعيد عائلة ابتسامة سفر نور سماء",
    "fa": "عشق روز با خورشید دریا ساحل قهوه صبح شب دل جشن دوستان تابستان باران شهر موسیقی شاد "
    "خانواده لبخند سفر نور آسمان",
    "he": "אהבה יום עם שלי שמש ים חוף קפה בוקר לילה לב חג חברים קיץ גשם עיר מוזיקה שמח שבת משפחה חיוך מסע אור שמיים",
    "hi": "प्यार दिन मेरा सूरज समुद्र चाय सुबह रात दिल त्योहार दोस्त गर्मी बारिश शहर संगीत खुशी परिवार मुस्कान यात्रा रोशनी आसमान",
    "bn": "ভালোবাসা দিন আমার সূর্য সমুদ্র চা সকাল রাত মন উৎসব বন্ধু বৃষ্টি শহর গান খুশি পরিবার হাসি ভ্রমণ আলো আকাশ",
    "th": "ความรัก วันนี้ ทะเล กาแฟ ตอนเช้า กลางคืน หัวใจ เพื่อน ฤดูร้อน ฝนตก เมือง ดนตรี มีความสุข ครอบครัว รอยยิ้ม ท้องฟ้า",
    "zh": "爱 今天 我的 太阳 大海 咖啡 早上 晚上 朋友 夏天 下雨 城市 音乐 快乐 周末 家人 微笑 旅行 阳光 天空",
    "ja": "愛 今日 私の 太陽 海 コーヒー 朝 夜 心 祭り 友達 夏 雨 街 音楽 幸せ 日曜日 家族 笑顔 旅行 "
    "光 空 ラーメン ねこ",
    "ko": "사랑 오늘 나의 태양 바다 커피 아침 밤 마음 축제 친구 여름 비 도시 음악 행복 일요일 가족 미소 여행 빛 하늘",
    "ka": "სიყვარული დღე ჩემი მზე ზღვა ყავა დილა ღამე გული მეგობრები ზაფხული წვიმა ქალაქი მუსიკა ოჯახი ღიმილი ცა",
    "hy": "սեր օր իմ արև ծով սուրճ առավոտ գիշեր սիրտ ընկերներ ամառ անձրև քաղաք երաժշտություն ընտանիք ժպիտ երկինք",
    "am": "ፍቅር ቀን ፀሐይ ባሕር ቡና ጠዋት ሌሊት ልብ በዓል ጓደኞች ዝናብ ከተማ ሙዚቃ ደስታ ቤተሰብ ፈገግታ ሰማይ",
}
"""Words of captions and comments by language, commonest first."""

EMOJI = "❤️ 😂 🔥 😍 ✨ 🌊 ☕ 🎉 👩‍🚀 🇧🇷 🐈 🌅 👍🏽"

TOPICS = (
    "photography hyperlapse timelapse streetphotography blackandwhite 35mm filmisnotdead macro portrait longexposure",
    "travel wanderlust roadtrip backpacking passport vanlife islandlife trainride airport mountains",
    "food foodie ramen pizza sushi brunch streetfood vegan kimchi tacos 寿司 फूड",
    "coffee latteart espresso café coffeetime barista kaffee кофе 커피 قهوة",
    "fitness running marathon yoga crossfit gymlife cycling triathlon trailrunning jogging",
    "music livemusic concert vinyl techno jazz samba kpop opera hiphop música музыка",
    "fashion ootd vintage sneakers streetstyle couture denim modest hijabstyle サングラス",
    "nature sunset sunrise forest ocean waterfall wildlife birds flowers autumn 桜 природа",
    "cats catsofinstagram kitten ねこ кот gato katze קטים قطة 고양이",
    "dogs puppy goldenretriever dogsofinstagram corgi rescue perro cachorro собака",
    "art illustration streetart graffiti sketchbook watercolor mural ceramics calligraphy 書道",
    "football goal derby worldcup fútbol futebol فوتبول calcio поле championsleague",
    "gaming esports retrogaming speedrun cosplay anime manga otaku ゲーム indiegame",
    "technology opensource python startup robotics maker 3dprinting hackathon datascience linux",
    "books bookstagram poetry reading library bookclub librarian शायरी شعر книги",
    "love family friends weekend happy smile throwback selfie goodvibes joy",
    "architecture brutalism skyline bridges bauhaus artdeco facade urbanexploration metro streetsof",
    "dance ballet salsa tango breakdance flamenco dabke bhangra choreography रंगमंच",
    "garden plants succulents urbanjungle houseplants roses bonsai permaculture tomatoes sourdough",
    "astro astrophotography milkyway moon nebula telescope eclipse aurora stargazing m31",
)
"""Topics of communities: hashtags of each, the commonest first; the first is the topic's name."""

AUTOTAGS = (
    "person outdoor sky indoor people water tree face food animal building smiling text grass car "
    "dog cat night beach mountain flower plant street crowd stage screenshot drink coffee child "
    "group selfie boat bird snow sunset sea bicycle bridge church tower train airplane cake pizza "
    "ball sport stadium book laptop phone sunglasses hat baby horse fish road field river lake cloud "
    "rain fireworks drawing painting statue furniture window door clock lamp"
)

PLAIN_TAGS = (
    "San Francisco|Café au lait|black and white|street|long exposure|New York|35 mm|film|Leica|Tōkyō|"
    "bokeh|self-portrait|golden hour|São Paulo|M 31|macro|not:machine|night sky|rock'n'roll|blue|"
    "reflection|HDR|old town|Zürich|naïve art|skyline|public transport|Москва|東京|graffiti|"
    "architecture|water|top-v111|explore|squareformat|B&W|wide angle"
)
"""Flickr-like tags, some with blanks, accents or a colon that makes no machine tag."""
