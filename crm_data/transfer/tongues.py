"""What the columns of address books and of other systems are called in other languages than English."""

# Field -> its names in German, French, Spanish, Italian, Portuguese and Dutch, letters and digits alone.
NAMES: dict[str, str] = {
    "name": "kunde kundenname anzeigename nomcomplet nombrecompleto nomecompleto volledigenaam naam client"
    " cliente",
    "email": "mail emailadresse mailadresse adressemail adresseemail adressedemessagerie courriel correo"
    " correoelectronico correoelectrónico direccióndecorreoelectrónico indirizzoemail postaelettronica"
    " endereçodeemail emailadres",
    "address": "strasse adresse anschrift rue calle dirección direccion indirizzo via rua endereço morada"
    " straat adres",
    "city": "ort stadt ville ciudad città citta localidade cidade plaats stad",
    "state": "bundesland kanton provinz département departement provincia estado provincie",
    "zip_code": "plz postleitzahl codepostal códigopostal codigopostal cap postcode codicepostale",
    "country": "land pays país pais paese nazione landregion paysrégion",
    "company_name": "firma firmenname unternehmen société societe entreprise raisonsociale empresa azienda società"
    " bedrijf bedrijfsnaam",
    "website": "webseite internetseite siteweb sitioweb páginaweb paginaweb sitointernet websiteadres",
    "notes": "notizen bemerkung bemerkungen notas observaciones note notities opmerkingen remarques",
    "tags": "kategorien catégories categorías categorie categorieën etiquetas",
    "industry": "branche secteur sector settore setor",
    "priority": "priorität priorité prioridad priorità prioridade prioriteit",
    "assigned_to": "verantwortlich zuständig betreuer responsable propietario proprietario responsável eigenaar"
    " propriétaire",
    "due_date": "fällig fälligam fälligkeit échéance vencimiento scadenza vencimento",
    "title": "betreff titel objet titre asunto título titolo oggetto assunto onderwerp",
    "deal_value": "betrag wert montant importe importo valor bedrag",
    "currency": "währung devise moneda valuta moeda",
    "stage": "phase étape etapa fase",
}
TELEPHONES = "telefon telefonnummer rufnummer téléphone telephone tél teléfono telefono telefone telefoon"
MOBILES = "mobil mobiltelefon mobilnummer handy natel portable mobile móvil movil cellulare telemóvel mobiel"
FIRST = "vorname prénom prenom nombre nome primeironome voornaam"
LAST = "nachname familienname nom nomdefamille apellido apellidos cognome sobrenome apelido achternaam"
