"""PHPMailer's sentences in the languages that WordPress sites speak.

Behind each sentence stands one step that failed; what the server said, if anything,
comes after it. The fragments are compared without case and accents (`fold`).
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "ı": "i", "đ": "d", "’": "'", "‘": "'", "“": '"', "”": '"'})


def without_accents(text: str) -> str:
    """*text* in its plainest letters, its case kept."""
    plain = unicodedata.normalize("NFKD", text).translate(_LETTERS)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """*text* in lower case, without accents, with straight quotes."""
    return without_accents(text.lower())


_SENTENCES: dict[str, tuple[str, ...]] = {
    "authenticate": (
        "could not authenticate",
        "authentifizierung fehlgeschlagen",  # de
        "echec de l'authentification",  # fr
        "l'authentification a echoue",
        "imposible autentificar",  # es
        "no se pudo autentica",
        "impossibile autenticarsi",  # it
        "authenticatie mislukt",  # nl
        "kon niet authenticeren",
        "falha na autenticacao",  # pt
        "nao foi possivel autenticar",
        "przeprowadzic uwierzytelnienia",  # pl
        "przeprowadzic autoryzacji",
        "認証できませんでした",  # ja
        "не удалось пройти аутентификацию",  # ru
        "ошибка авторизации",
        "помилка авторизації",  # uk
        "kunde inte autentisera",  # sv
        "smtp fejl: login mislykkedes",  # da
        "kunne ikke autentisere",  # nb
        "kayttajatunnistus epaonnistui",  # fi
        "autentizace selhala",  # cs
        "oturum acilamadi",  # tr
        "αδυναμια πιστοποιησης",  # el
        "autentificarea a esuat",  # ro
        "az azonositas sikertelen",  # hu
        "smtp 错误:登录失败",  # zh
    ),
    "connect": (
        "could not connect to smtp host",
        "smtp connect() failed",
        "konnte keine verbindung zum smtp-host",
        "verbindung zum smtp-server fehlgeschlagen",
        "impossible de se connecter au serveur smtp",
        "la fonction smtp connect() a echoue",
        "imposible conectar al servidor smtp",
        "no se pudo conectar al servidor smtp",
        "smtp connect() fallo",
        "impossibile connettersi all'host smtp",
        "smtp connect() fallita",
        "kon niet verbinden met smtp",
        "smtp-verbinding mislukt",
        "nao foi possivel ligar ao servidor smtp",
        "nao foi possivel conectar ao servidor smtp",
        "falha na funcao smtp connect()",
        "smtp connect() falhou",
        "nie udalo sie polaczyc z serwerem",
        "nie mozna polaczyc sie z wybranym hostem",
        "polaczenia za pomoca smtp connect()",
        "smtpホストに接続できませんでした",
        "smtp接続に失敗しました",
        "не удается подключиться к smtp-серверу",
        "ошибка соединения с smtp-сервером",
        "не вдається під'єднатися до smtp",
        "kunde inte ansluta till smtp",
        "forbindelse til smtp serveren kunne ikke oprettes",
        "kunne ikke koble til smtp",
        "yhteys palvelimeen ei onnistu",
        "nelze navazat spojeni se smtp",
        "smtp sunucusuna baglanilamadi",
        "αδυναμια συνδεσης με τον φιλοξενητη smtp",
        "conectarea la serverul smtp a esuat",
        "nem lehet kapcsolodni az smtp",
        "无法连接到 smtp 主机",
        "smtp服务器连接失败",
    ),
    "data": (
        "smtp error: data not accepted",
        "daten werden nicht akzeptiert",
        "erreur smtp : donnees incorrectes",
        "donnees incorrectes",
        "datos no aceptados",
        "dati non accettati",
        "data niet geaccepteerd",
        "dados nao aceites",
        "dados rejeitados",
        "dane wiadomosci nie zostaly przyjete",
        "dane nie zostaly przyjete",
        "データが受け付けられませんでした",
        "данные не приняты",
        "дані не прийнято",
        "data accepterades inte",
        "data blev ikke accepteret",
        "data ikke akseptert",
        "data nebyla prijata",
        "veri kabul edilmedi",
        "datele nu au fost acceptate",
        "数据不被接受",
    ),
    "from": (
        "the following from address failed",
        "die folgende absenderadresse ist nicht korrekt",
        "l'adresse d'expediteur suivante a echoue",
        "la siguiente direccion de remitente fallo",
        "la(s) siguiente(s) direccion(es) de remitente fallo",
        "i seguenti indirizzi mittenti hanno generato errore",
        "het volgende afzenderadres is mislukt",
        "o envio falhou para o seguinte endereco do remetente",
        "os seguintes remetentes falharam",
        "nieprawidlowy adres nadawcy",
        "fromアドレスを登録する際にエラー",
        "неверный адрес отправителя",
        "невірна адреса відправника",
        "foljande avsandaradress",
        "folgende afsenderadresse",
        "folgende avsenderadresse",
        "nasledujici adresa odesilatele",
        "发送地址错误",
    ),
    "recipients": (
        "the following recipients failed",
        "die folgenden empfanger sind nicht korrekt",
        "les destinataires suivants ont echoue",
        "los siguientes destinos fallaron",
        "los siguientes destinatarios fallaron",
        "i seguenti indirizzi destinatari hanno generato",
        "de volgende ontvangers zijn mislukt",
        "falha no envio para os seguintes destinatarios",
        "os seguintes destinatarios falharam",
        "do nastepujacych odbiorcow",
        "次の受信者アドレスに",
        "ошибка следующих получателей",
        "для таких отримувачів",
        "foljande mottagare",
        "folgende modtagere",
        "folgende mottakeradresser",
        "nasledujici adresy prijemcu",
        "收件人地址错误",
    ),
    "instantiate": (
        "could not instantiate mail function",
        "mail-funktion konnte nicht initialisiert werden",
        "mail funktion konnte nicht initialisiert werden",
        "impossible d'instancier la fonction mail",
        "imposible crear una instancia de la funcion mail",
        "no se ha podido instanciar la funcion mail",
        "no se pudo crear una instancia de la funcion",
        "impossibile istanziare la funzione mail",
        "kon mailfunctie niet initialiseren",
        "nao foi possivel instanciar a funcao mail",
        "nao foi possivel iniciar uma instancia da funcao mail",
        "nie mozna zainicjowac funkcji mail",
        "nie mozna wywolac funkcji mail",
        "メール関数が正常に動作しませんでした",
        "невозможно запустить функцию mail",
        "неможливо запустити функцію mail",
        "kunde inte initiera e-postfunktion",
        "email funktionen kunne ikke initialiseres",
        "kunne ikke starte e-postfunksjonen",
        "mail-funktion luonti epaonnistui",
        "nelze vytvorit instanci emailove funkce",
        "ornek e-posta fonksiyonu olusturulamadi",
        "αδυναμια εκκινησης συναρτησης mail",
        "functia mail nu a putut fi initializata",
        "a php mail() fuggvenyt nem sikerult",
        "your host may have disabled the mail() function",  # WordPress itself, and its translations
        "die funktion mail() deaktiviert",
        "desactive la fonction mail()",
        "desactivado la funcion mail()",
        "disabilitato la funzione mail()",
        "mail() functie uitgeschakeld",
        "desativado a funcao mail()",
        "wylaczona funkcja mail()",
        "la funzione mail() potrebbe essere disabilitata",
    ),
    "empty": (
        "message body empty",
        "e-mail-inhalt ist leer",
        "corps du message vide",
        "el cuerpo del mensaje esta vacio",
        "il corpo del messaggio e vuoto",
        "berichttekst is leeg",
        "a mensagem de e-mail esta vazia",
        "mensagem vazia",
        "nie mozna wyslac pustej wiadomosci",
        "wiadomosc jest pusta",
        "メール本文が空です",
        "пустое сообщение",
        "пусте повідомлення",
        "meddelelsen er uden indhold",
        "meldingsinnholdet er tomt",
        "prazdne telo zpravy",
        "邮件正文为空",
    ),
    "provide": (
        "you must provide at least one recipient",
        "geben sie mindestens eine empfangeradresse an",
        "vous devez fournir au moins une adresse de destinataire",
        "debe proporcionar al menos una direccion",
        "deve essere fornito almeno un indirizzo ricevente",
        "minstens een ontvanger worden opgegeven",
        "deve fornecer pelo menos um endereco de destinatario",
        "deve informar pelo menos um destinatario",
        "musisz podac co najmniej jeden prawidlowy adres",
        "nalezy podac prawidlowy adres email odbiorcy",
        "少なくとも1つメールアドレスを",
        "хотя бы один адрес",
        "хоча б одну email-адресу",
        "必须提供至少一个收件人地址",
    ),
    "address": (
        "invalid address:",
        "die adresse ist ungultig",
        "adresse courriel non valide",
        "imposible enviar: direccion de email invalido",
        "l'indirizzo email non e valido",
        "ongeldig adres:",
        "endereco de e-mail invalido",
        "nieprawidlowy adres odbiorcy",
        "不正なメールアドレス",
        "из-за неправильного формата email-адреса",
        "через неправильний формат email-адреси",
    ),
}

_SAYS = {
    step: re.compile("|".join(re.escape(fold(each)) for each in sentences)) for step, sentences in _SENTENCES.items()
}


def mailer_says(folded: str) -> frozenset[str]:
    """The steps that PHPMailer's sentences in *folded* name as failed."""
    return frozenset(step for step, says in _SAYS.items() if says.search(folded))
