"""First names and surnames of the countries that write in Latin letters, commonest first. Data only.

Each value is (first names, surnames), separated by blanks; a name's roman form for handles is made by
dropping accents.
"""

from __future__ import annotations

LATIN_NAMES: dict[str, tuple[str, str]] = {
    "us": (
        "John Melanie Joseph Emma Joshua Maxime Jordan Olivia Jonathan Melissa Joe Sophia Jose Ava "
        "Michael Mia James Smith Joy Jocelyn Joanna Ethan Noah Melody Liam Mason Sean Zoë Chloe "
        "Renée Tyler Aaliyah Imani DeShawn Kai",
        "Smith Johnson Jones Williams Brown Jordan Miller Davis Joyce Wilson Moore Smalls Taylor "
        "Anderson Thomas Melton Jackson White Harris Martin Thompson Garcia Robinson Clark Lewis Lee "
        "Walker Hall O'Brien Young McDonald King",
    ),
    "gb": (
        "Jo Oliver Amelia Joseph Sophie George Smriti Harry Melissa Jack Joanne Charlie Isla Jonah "
        "Poppy Alfie Siân Rhys Eilidh Hamish Maxine Niamh Connor Freya Ewan Imogen Callum Josephine "
        "Arthur Grace",
        "Smith Jones Taylor Brown Davies Evans Wilson Johnson Roberts Wright Thompson Walker White "
        "Edwards Hughes Green Hall Lewis Smythe Clarke Patel Jackson Wood Turner Martin Cooper Hill "
        "Ward Morris MacLeod O'Neil",
    ),
    "br": (
        "João Maria José Ana Joana Melissa Pedro Júlia Jorge Letícia Lucas Beatriz Gabriel Larissa "
        "Josué Mateus Fernanda Thiago Conceição Vinícius Luíza Antônio Iara Melina Joaquim Cecília "
        "Caetano Raíssa Fábio Inês",
        "Silva Santos Oliveira Souza Lima Pereira Ferreira Costa Rodrigues Almeida Nascimento Araújo "
        "Melo Ribeiro Carvalho Gonçalves Gomes Martins Rocha Barbosa Mendonça Cardoso Teixeira "
        "Simões Brandão Magalhães",
    ),
    "mx": (
        "José María Jorge Guadalupe Joaquín Melisa Juan Ximena Josefina Carlos Sofía Luis Valentina "
        "Miguel Renata Ángel Lucía Jesús Itzel Andrés Mónica Raúl Xóchitl Cuauhtémoc Belén Óscar "
        "Íñigo Maximiliano Melchor Noé",
        "Hernández García Martínez López González Rodríguez Pérez Sánchez Ramírez Cruz Flores Gómez "
        "Morales Vázquez Jiménez Reyes Díaz Torres Gutiérrez Ruiz Mendoza Aguilar Ortiz Castillo "
        "Núñez Peña Muñoz Ávila",
    ),
    "es": (
        "José Lucía Jordi Carmen Jon Melania Antonio Martina Joan Paula Hugo Leire Iñaki Montserrat "
        "Mateo Begoña Álvaro Noelia Íker Ainhoa Sergio Rocío Núria Jorge Pilar Adrián Inés Raúl "
        "Marta Xavi",
        "García Fernández González Rodríguez López Martínez Sánchez Pérez Martín Gómez Jiménez Ruiz "
        "Hernández Díaz Álvarez Muñoz Romero Navarro Torres Domínguez Gil Vázquez Serrano Molina "
        "Ibáñez Etxeberria Puig Núñez",
    ),
    "fr": (
        "Maxime Mélanie Jonathan Joëlle Jean Mélissa Joseph Camille Lucas Léa Maxence Chloé Théo Zoé "
        "Jocelyn Élodie Noël Anaïs Jérôme Inès Rémi Hélène François Agnès Loïc Maëlys Benoît Gaëlle "
        "Étienne Océane Cédric Aïcha",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre "
        "Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont "
        "Lambert Bonnet François Béranger Noël",
    ),
    "de": (
        "Jonas Johanna Joachim Melanie Jörg Smilla Lukas Emma Maximilian Mia Jürgen Lena Leon Hannah "
        "Björn Käthe Felix Sören Jost Marie Günther Renate Friedrich Zoë Moritz Änne Karl Ursula "
        "Matthias Jolanda",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch "
        "Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann "
        "Lange Groß Weiß Jäger Böhm Strauß",
    ),
    "it": (
        "Giuseppe Maria Giovanni Melissa Marco Sofia Jole Alessandro Giulia Matteo Chiara Lorenzo "
        "Aurora Nicolò Noemi Andrea Melania Federico Massimo Francesca Luca Elisa Simone Desirée "
        "Tommaso Niccolò Smeralda Zoe",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti "
        "De_Luca Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani "
        "D'Angelo Nicolò Dell'Acqua",
    ),
    "pl": (
        "Jan Joanna Józef Melania Jolanta Piotr Anna Krzysztof Małgorzata Andrzej Agnieszka Michał "
        "Katarzyna Łukasz Zofia Paweł Świętosława Stanisław Żaneta Tomasz Julia Wojciech Maja "
        "Mieczysław Róża Grzegorz Łucja",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak "
        "Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Piotrowski Grabowski "
        "Pawłowski Smoleń Źrebiec",
    ),
    "tr": (
        "Mehmet Fatma Mustafa Ayşe Ahmet Melis Ali Emine Hüseyin Zeynep İbrahim Elif Melek Özgür "
        "Şule Çağla Ömer Gökhan İpek Melike Uğur Jülide Yiğit Büşra Işıl Kıvanç Ümit Tuğçe Barış "
        "Dilara",
        "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan "
        "Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Güneş Işık Ünal Bulut Erdoğan Güler Sönmez "
        "Ateş",
    ),
    "se": (
        "Johan Josefin Joakim Melker Jonas Astrid Björn Åsa Jonna Erik Maja Lars Smilla Göran Märta "
        "Anders Ebba Sören Örjan Linnéa Håkan Åke Elsa Mårten Signe Nils Jorunn Freja Ingvar Saga",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson "
        "Pettersson Jonsson Lindström Sjöberg Åkesson Öberg Lindqvist Bergström Nyström Hägg "
        "Söderberg Björklund Smedberg Ångström",
    ),
    "vn": (
        "Anh Linh Minh Hương Dũng Hà Hùng Thảo Tuấn Ngọc Đức Phương Hải Trang Quân Mỹ Long Yến Sơn "
        "Lan Khánh Hằng Việt Thủy Bảo Châu Phúc Quỳnh Đạt Tú",
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương Mai Đoàn Tô Hà",
    ),
    "id": (
        "Joko Melati Budi Siti Agus Dewi Jonathan Sri Rizky Putri Adi Ayu Smita Bayu Indah Dian "
        "Wahyu Ratna Melinda Johan Fitri Yoga Lestari Maxim Andi Kartika Gede Made Wayan Nyoman",
        "Wijaya Santoso Setiawan Hidayat Susanto Kusuma Saputra Pratama Nugroho Suryadi Joyosuparto "
        "Gunawan Wibowo Hartono Siregar Nasution Simanjuntak Halim Utami Permata Melayu Rahman",
    ),
    "ng": (
        "Joseph Blessing Joy Emeka Chinedu Ngozi Joshua Adaeze Tunde Yetunde Ifeoma Kelechi Smart "
        "Ọláyínká Amara Obinna Fatima Musa Aisha Ṣadé Chukwuemeka Folake Jonah Ẹniọlá Uche Melody "
        "Zainab Sunday",
        "Okafor Adebayo Okonkwo Ibrahim Eze Balogun Nwosu Abubakar Johnson Olawale Obi Adeyemi "
        "Mohammed Okeke Ogunleye Bello Nwachukwu Adélékè Ọ̀ṣúnlàjà Danjuma Chukwu Joseph",
    ),
}
