"""Other spellings of the words in these tables: abbreviations and the commonest column names of other languages. Data only."""

from __future__ import annotations

from voyant_assets.analysis.meaning.words.lists import word_set

SPELLINGS: dict[str, str] = {
    other: word
    for word, others in {
        "date": "dt fecha datum 日期 дата",
        "datetime": "ts tstamp datetimes",
        "year": "年 год jahr ano anno annee",
        "quarter": "quartal trimestre quart",
        "month": "月 месяц monat mois mes mese mnth mo månad",
        "day": "jour dia giorno tage",
        "weekday": "wochentag wday dayname weekdayname",
        "week": "woche semaine semana settimana wk",
        "hour": "stunde heure hora",
        "minute": "minuto mins",
        "time": "uhrzeit zeit heures tijd",
        "price": "价格 価格 цена preis prix precio prezzo preco prijs",
        "quantity": "数量 количество menge cantidad quantite quantita quantidade aantal",
        "revenue": "umsatz ingresos ventas ricavi omzet ventes faturamento",
        "amount": "金额 金額 сумма betrag importe montant importo bedrag montante",
        "cost": "kosten cout costo coste custo costos",
        "profit": "gewinn beneficio benefice utile lucro",
        "customer": "kunde cliente klant cust cst",
        "supplier": "lieferant proveedor fournisseur fornitore",
        "product": "produkt producto produit prodotto produto artikel prod",
        "order": "bestellung pedido commande ordine ord",
        "invoice": "rechnung factura facture fattura ",
        "city": "城市 город stadt ville ciudad citta cidade ort stad",
        "country": "国家 страна pays pais paese ctry cntry nazione",
        "region": "bundesland estado provincia etat regione rgn prov kanton",
        "postal": "plz cep codigopostal codepostal",
        "street": "strasse rue calle via rua straat addr",
        "name": "姓名 名前 имя nom nome namn nimi naam nm bezeichnung apellido prenom vorname nachname nombre",
        "gender": "性别 性別 пол geschlecht sexe sexo sesso genero geslacht",
        "age": "年龄 年齢 возраст alter edad eta idade leeftijd",
        "weight": "gewicht peso poids wgt",
        "height": "grosse hohe groesse altura taille hoehe altezza hauteur hgt",
        "length": "lange laenge longueur lunghezza",
        "width": "breite largeur ancho larghezza",
        "temperature": "temperatur temperatura tempf tempc",
        "duration": "dauer duree duracion durata dur",
        "count": "anzahl",
        "number": "nummer numero num no nr nbr nb # №",
        "category": "kategorie categorie categoria catg",
        "phone": "telefon telefono telefone ",
        "description": "beschreibung descripcion descrizione descricao descr",
        "comment": "kommentar comentario commentaire",
        "account": "konto cuenta compte  ",
        "transaction": "txn trx trans",
        "employee": "emp mitarbeiter empleado",
        "department": "abteilung departamento departement",
        "average": "avg av mean ave durchschnitt promedio moyenne ",
        "total": "tot gesamt insgesamt totale",
        "percentage": "pcnt prct pctg",
        "population": "popul bevoelkerung bevolkerung poblacion habitants popn",
        "latitude": "breitengrad latitud lati",
        "longitude": "laengengrad longitud lng lon",
        "id": "编号 番号",
        "maximum": "max",
        "minimum": "min",
        "salary": "gehalt salario salaire stipendio sal",
        "income": "einkommen ingreso revenu reddito inc",
        "group": "grp gruppe grupo",
        "category_type": "typ tipo",
        "status": "stat estado_actual statut",
        "manufacturer": "mfr mfg",
        "department_name": "deptname",
        "sold": "verkauft vendidos",
        "address": "adresse direccion indirizzo",
        "passenger": "pax psgr",
        "distance": "entfernung distancia",
        "direction": "dir wdir",
        "speed": "geschwindigkeit velocidad vitesse spd",
        "volume": "volumen",
        "area": "flaeche flache superficie",
        "color": "farbe couleur",
        "occupation": "occ beruf",
    }.items()
    for other in others.split()
}
"""Spelling -> the word the other tables use."""

JOINERS: frozenset[str] = word_set(
    "of in the a an and or to for at on from with by between since until de du des la le el di da do der die das und y et"
)
"""Words that carry no meaning of their own; `of` and its like turn the order of head and complement around."""

TURNERS: frozenset[str] = word_set("of at between since from by for to in on until de du des di da do")
