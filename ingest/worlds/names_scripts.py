"""First names and surnames of the countries that write in other scripts, commonest first. Data only.

Each value is (first names, surnames), separated by blanks; a name is `native/roman`, the roman form for
handles and for the people who write their own name in Latin letters.
"""

from __future__ import annotations

SCRIPT_NAMES: dict[str, tuple[str, str]] = {
    "ru": (
        "Максим/maxim Мелания/melania Иосиф/joseph Анна/anna Александр/aleksandr Мария/maria "
        "Дмитрий/dmitry Елена/elena Иван/ivan Ольга/olga Сергей/sergey Наталья/natalia Андрей/andrey "
        "Татьяна/tatiana Михаил/mikhail Екатерина/ekaterina Артём/artyom Юлия/yulia Алексей/alexey "
        "Ксения/ksenia Фёдор/fyodor Полина/polina Николай/nikolay Софья/sofya Егор/egor Дарья/darya "
        "Кирилл/kirill Виктория/viktoria",
        "Смирнов/smirnov Иванов/ivanov Кузнецов/kuznetsov Соколов/sokolov Попов/popov "
        "Лебедев/lebedev Козлов/kozlov Новиков/novikov Морозов/morozov Петров/petrov Волков/volkov "
        "Соловьёв/solovyov Васильев/vasilyev Зайцев/zaytsev Павлов/pavlov Семёнов/semyonov "
        "Голубев/golubev Виноградов/vinogradov Богданов/bogdanov Воробьёв/vorobyov",
    ),
    "ua": (
        "Олександр/oleksandr Марія/mariia Йосип/josyp Олена/olena Андрій/andrii Наталія/nataliia "
        "Максим/maksym Соломія/solomiia Тарас/taras Оксана/oksana Богдан/bohdan Ірина/iryna "
        "Сергій/serhii Ганна/hanna Юрій/yurii Катерина/kateryna Дмитро/dmytro Юлія/yuliia Іван/ivan "
        "Мелашка/melashka Ігор/ihor Леся/lesia",
        "Мельник/melnyk Шевченко/shevchenko Бойко/boiko Коваленко/kovalenko Бондаренко/bondarenko "
        "Ткаченко/tkachenko Ковальчук/kovalchuk Кравченко/kravchenko Олійник/oliinyk Шевчук/shevchuk "
        "Коваль/koval Поліщук/polishchuk Савченко/savchenko Руденко/rudenko Марченко/marchenko "
        "Їжакевич/yizhakevych Ґонта/gonta",
    ),
    "gr": (
        "Γιώργος/giorgos Μελίνα/melina Ιωάννης/joannis Μαρία/maria Κωνσταντίνος/konstantinos "
        "Ελένη/eleni Δημήτρης/dimitris Αικατερίνη/aikaterini Νίκος/nikos Σοφία/sofia "
        "Παναγιώτης/panagiotis Βασιλική/vasiliki Βασίλης/vasilis Άννα/anna Χρήστος/christos Ζωή/zoe "
        "Αθανάσιος/athanasios Ειρήνη/irini Μιχάλης/michalis Ευαγγελία/evangelia Σπύρος/spyros "
        "Δήμητρα/dimitra Θανάσης/thanasis Ιωάννα/joanna",
        "Παπαδόπουλος/papadopoulos Γεωργίου/georgiou Βλάχος/vlachos Παππάς/pappas "
        "Αγγελόπουλος/angelopoulos Νικολαΐδης/nikolaidis Καραγιάννης/karagiannis Μακρής/makris "
        "Ιωάννου/joannou Οικονόμου/oikonomou Δημητρίου/dimitriou Παπαδάκης/papadakis "
        "Αντωνίου/antoniou Κωνσταντίνου/konstantinou Μελάς/melas Σμυρνιός/smyrnios",
    ),
    "eg": (
        "محمد/mohamed فاطمة/fatma أحمد/ahmed مريم/mariam يوسف/joussef عائشة/aisha محمود/mahmoud "
        "زينب/zeinab علي/ali سارة/sara عمر/omar نور/nour خالد/khaled هدى/hoda إبراهيم/ibrahim "
        "ليلى/leila حسن/hassan أمينة/amina كريم/karim ياسمين/yasmin طارق/tarek سميرة/samira "
        "سمير/samir دينا/dina مصطفى/mostafa رانيا/rania",
        "محمد/mohamed أحمد/ahmed علي/ali حسن/hassan إبراهيم/ibrahim محمود/mahmoud السيد/elsayed "
        "عبدالله/abdallah المصري/elmasry النجار/elnaggar الشريف/elsherif حداد/haddad خليل/khalil "
        "منصور/mansour سليمان/soliman فاروق/farouk شاهين/shahin القاضي/elkady",
    ),
    "ir": (
        "علی/ali زهرا/zahra رضا/reza مریم/maryam حسین/hossein نرگس/narges امیر/amir شیرین/shirin "
        "پویا/pouya گلناز/golnaz آرش/arash پریسا/parisa کیان/kian ژاله/jaleh جواد/javad ملیکا/melika "
        "بهرام/bahram یاسمن/yasaman",
        "محمدی/mohammadi حسینی/hosseini احمدی/ahmadi رضایی/rezaei کریمی/karimi موسوی/mousavi جعفری/jafari"
        " صادقی/sadeghi رحیمی/rahimi ابراهیمی/ebrahimi قاسمی/ghasemi پهلوان/pahlavan گودرزی/goudarzi",
    ),
    "il": (
        "יוסף/josef מיכל/michal דוד/david נועה/noa יונתן/jonatan תמר/tamar משה/moshe מלאני/melanie "
        "איתי/itai שרה/sarah אורי/uri רחל/rachel דניאל/daniel יעל/yael אביב/aviv מאיה/maya עומר/omer "
        "טליה/talia נועם/noam חיה/chaya גיא/guy אסתר/ester יואב/joav שירה/shira",
        "כהן/cohen לוי/levi מזרחי/mizrahi פרץ/peretz ביטון/biton דהן/dahan אברהם/avraham "
        "פרידמן/friedman מלכה/malka אזולאי/azoulay כץ/katz יוסף/josef עמר/amar שפירא/shapira "
        "גבאי/gabay גולדברג/goldberg",
    ),
    "in": (
        "जय/jay स्मिता/smita जोया/joya राहुल/rahul प्रिया/priya अमित/amit अंजलि/anjali विजय/vijay "
        "पूजा/pooja राजेश/rajesh नेहा/neha संजय/sanjay दीपिका/deepika अर्जुन/arjun काव्या/kavya "
        "रोहन/rohan मीरा/meera सुनील/sunil आरती/aarti विक्रम/vikram स्नेहा/sneha कृष्ण/krishna "
        "लक्ष्मी/lakshmi मोहन/mohan सीता/sita",
        "शर्मा/sharma वर्मा/verma सिंह/singh गुप्ता/gupta कुमार/kumar पटेल/patel जोशी/joshi "
        "मिश्रा/mishra यादव/yadav अग्रवाल/agarwal चौधरी/chaudhary मेहता/mehta त्रिपाठी/tripathi "
        "देशपांडे/deshpande कपूर/kapoor नायर/nair रेड्डी/reddy",
    ),
    "bd": (
        "রহিম/rahim আয়েশা/ayesha করিম/karim ফাতেমা/fatema জয়/joy সুমাইয়া/sumaiya রাকিব/rakib "
        "নুসরাত/nusrat তানভীর/tanvir মিম/mim সাকিব/sakib মেহজাবিন/mehjabin আরিফ/arif শারমিন/sharmin "
        "ইমরান/imran স্মৃতি/smriti",
        "ইসলাম/islam হোসেন/hossain আহমেদ/ahmed রহমান/rahman খাতুন/khatun চৌধুরী/chowdhury দাস/das "
        "সরকার/sarkar মিয়া/mia আক্তার/akter বেগম/begum সাহা/saha",
    ),
    "th": (
        "สมชาย/somchai สุดา/suda สมหญิง/somying มะลิ/mali ณัฐพล/nattapon กัญญา/kanya ธนพล/thanapon "
        "ปรียา/preeya วิชัย/wichai จันทร์/jan อนันต์/anan พิมพ์/pim ชัย/chai ดาว/dao กิตติ/kitti "
        "น้ำฝน/namfon ภูมิ/phum ฟ้า/fah",
        "สมิธ/smith ศรีสุข/srisuk แสงทอง/saengthong จันทร์ดี/jandee ทองคำ/thongkham วงศ์ไทย/wongthai "
        "บุญมี/boonmee สุขใจ/sukjai พงษ์ศรี/phongsri รัตนา/rattana ชัยวัฒน์/chaiwat ใจดี/jaidee",
    ),
    "cn": (
        "伟/wei 芳/fang 娜/na 秀英/xiuying 敏/min 静/jing 丽/li 强/qiang 磊/lei 军/jun 洋/yang "
        "勇/yong 艳/yan 杰/jie 娟/juan 涛/tao 明/ming 超/chao 小红/xiaohong 建国/jianguo 欣怡/xinyi "
        "子涵/zihan 宇轩/yuxuan 梓萱/zixuan 浩然/haoran 雨桐/yutong",
        "王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 黄/huang 赵/zhao 吴/wu 周/zhou 徐/xu 孙/sun "
        "马/ma 朱/zhu 胡/hu 郭/guo 何/he 林/lin 高/gao 罗/luo 欧阳/ouyang 司马/sima",
    ),
    "jp": (
        "譲/jo 太郎/taro 花子/hanako さくら/sakura 翔/sho 陽子/yoko 健一/kenichi 美咲/misaki "
        "大輔/daisuke 愛/ai 蓮/ren 結衣/yui ゆき/yuki ケンジ/kenji 直樹/naoki メイ/mei 葵/aoi "
        "悠真/yuma 智子/tomoko 拓也/takuya ハナ/hana 恵/megumi 颯太/sota ひなた/hinata",
        "佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka 伊藤/ito 渡辺/watanabe 山本/yamamoto "
        "中村/nakamura 小林/kobayashi 加藤/kato 吉田/yoshida 山田/yamada 佐々木/sasaki "
        "山口/yamaguchi 松本/matsumoto 井上/inoue 木村/kimura 林/hayashi 清水/shimizu",
    ),
    "kr": (
        "조은/joeun 민준/minjun 서연/seoyeon 조현/johyun 지우/jiwoo 도윤/doyun 하은/haeun 하준/hajun "
        "지민/jimin 서준/seojun 수아/sua 예준/yejun 하윤/hayun 지훈/jihun 윤서/yunseo 현우/hyunwoo "
        "채원/chaewon 준호/junho 유나/yuna 민지/minji 성민/sungmin",
        "김/kim 이/lee 박/park 최/choi 정/jung 강/kang 조/jo 윤/yoon 장/jang 임/lim 한/han 오/oh "
        "서/seo 신/shin 권/kwon 황/hwang 안/ahn 송/song 홍/hong 남궁/namgung",
    ),
    "ge": (
        "გიორგი/giorgi ნინო/nino იოსებ/joseb მარიამი/mariami დავითი/daviti თამარი/tamari ლუკა/luka "
        "ანა/ana ნიკა/nika ელენე/elene ლევანი/levani სალომე/salome ზურაბი/zurabi ქეთევანი/ketevani "
        "ვახტანგი/vakhtangi მელანია/melania",
        "ბერიძე/beridze მამედოვი/mamedovi კაპანაძე/kapanadze გელაშვილი/gelashvili "
        "მაისურაძე/maisuradze გიორგაძე/giorgadze ლომიძე/lomidze წიკლაური/tsiklauri "
        "კვარაცხელია/kvaratskhelia ჯოხაძე/jokhadze ჩხეიძე/chkheidze",
    ),
    "am": (
        "Արմեն/armen Անի/ani Տիգրան/tigran Մարիամ/mariam Հովսեփ/hovsep Լուսինե/lusine Գոռ/gor "
        "Նարե/nare Դավիթ/davit Մելինե/meline Արամ/aram Սոնա/sona",
        "Գրիգորյան/grigoryan Հարությունյան/harutyunyan Սարգսյան/sargsyan Խաչատրյան/khachatryan "
        "Մելքոնյան/melkonyan Պետրոսյան/petrosyan Հովհաննիսյան/hovhannisyan Ջոջյան/jojyan",
    ),
    "et": (
        "አበበ/abebe ሰላም/selam ዳዊት/dawit ሄለን/helen ዮሐንስ/johannes ማርያም/mariam ተስፋዬ/tesfaye ሜላት/melat ኃይሌ/haile"
        " ትዕግስት/tigist ብርሃኑ/birhanu ሳራ/sara",
        "ከበደ/kebede ተሾመ/teshome ገብረ/gebre አለሙ/alemu ታደሰ/tadesse በቀለ/bekele ወርቁ/worku ደስታ/desta ኃይሉ/hailu መኮንን/mekonnen",
    ),
}
