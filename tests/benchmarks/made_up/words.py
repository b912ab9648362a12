"""Words that made-up tables are built from: names people bear, nicknames, streets, trades. Nobody real stands here."""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _listed("""
Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra Ashley
Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy
Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Debra Rachel Carolyn Janet Catherine
Maria Heather Diane Ruth Julie Olivia Joyce Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith Megan Andrea
Cheryl Hannah Jacqueline Martha Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Abigail Alice Julia Judy
Sophia Grace Denise Amber Doris Marilyn Danielle Beverly Isabella Theresa Diana Natalie Brittany Charlotte Marie Kayla
Alexis Lori Fiona Niamh Siobhan Carmen Lucia Elena Pilar Dolores Rosario Isabel Ana Beatriz Mercedes Guadalupe Juana
Francisca Josefa Sophie Camille Chloe Manon Juliette Amelie Brigitte Monique Sylvie Nathalie Isabelle Celine Aurelie
Heidi Greta Ursula Ingrid Birgit Monika Petra Sabine Renate Helga Gisela Karin Anke Silke Katrin Giulia Chiara
Francesca Paola Agnieszka Katarzyna Malgorzata Ewa Yuki Priya Anjali Fatima Aisha Mei Ling Svetlana Olga Natalia
""")
MEN = _listed("""
James Robert John Michael David William Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald
Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob Gary Nicholas Eric
Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry
Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Walter Christian Keith Roger Terry
Austin Sean Gerald Carl Harold Dylan Arthur Lawrence Jordan Jesse Bryan Billy Bruce Gabriel Joe Logan Alan Juan Albert
Willie Elijah Wayne Randy Vincent Mason Roy Ralph Bobby Russell Bradley Philip Eugene Callum Rory Ewan Pablo Javier
Miguel Carlos Luis Manuel Antonio Francisco Jorge Alejandro Rafael Fernando Sergio Andres Eduardo Pierre Claude Luc
Hugo Louis Philippe Michel Olivier Laurent Thierry Guillaume Mathieu Antoine Etienne Hans Klaus Stefan Uwe Wolfgang
Dieter Matthias Markus Tobias Florian Sebastian Friedrich Johannes Karl Heinz Giuseppe Marco Luca Giovanni Piotr
Krzysztof Andrzej Hiroshi Kenji Raj Arjun Mohammed Ahmed Omar Wei Jun Dmitri Sergei Ivan Bjorn Lars Sven
""")

NICKNAMES = dict(
    line.split(": ")
    for line in """
Robert: Bob Rob Bobby Robbie; William: Bill Will Billy Liam; Richard: Rick Dick Rich; James: Jim Jimmy;
John: Jack Johnny; Michael: Mike Mick; Joseph: Joe Joey; Thomas: Tom Tommy; Charles: Charlie Chuck;
Christopher: Chris Kit; Daniel: Dan Danny; Matthew: Matt; Anthony: Tony; Steven: Steve; Stephen: Steve;
Andrew: Andy Drew; Kenneth: Ken Kenny; Timothy: Tim; Ronald: Ron; Edward: Ed Ted Eddie; Jeffrey: Jeff; Jacob: Jake;
Nicholas: Nick; Jonathan: Jon; Lawrence: Larry; Benjamin: Ben; Samuel: Sam; Gregory: Greg; Alexander: Alex Sandy;
Patrick: Pat Paddy; Raymond: Ray; Dennis: Denny; Nathan: Nate; Zachary: Zach; Douglas: Doug; Peter: Pete;
Walter: Walt; Gerald: Gerry Jerry; Harold: Harry Hal; Arthur: Art; Albert: Al Bert; Vincent: Vince; Russell: Russ;
Bradley: Brad; Philip: Phil; Eugene: Gene; Donald: Don; David: Dave; Joshua: Josh; Frank: Frankie; Jose: Pepe;
Francisco: Paco Pancho; Alejandro: Alex; Antonio: Tony Toni; Manuel: Manolo; Johannes: Hans; Sebastian: Basti;
Tobias: Tobi; Patricia: Pat Patty Trish; Jennifer: Jen Jenny; Elizabeth: Liz Beth Betty Lizzie; Barbara: Barb;
Susan: Sue Susie; Jessica: Jess; Margaret: Peggy Maggie Meg; Sandra: Sandy; Kimberly: Kim; Michelle: Shelly;
Amanda: Mandy; Dorothy: Dot; Deborah: Debbie Deb; Debra: Debbie Deb; Stephanie: Steph; Rebecca: Becky;
Cynthia: Cindy; Kathleen: Kathy; Angela: Angie; Pamela: Pam; Samantha: Sam; Katherine: Kate Kathy Katie;
Kathryn: Kate Kathy; Catherine: Cathy Kate; Christine: Chris Tina; Christina: Tina Chris; Jacqueline: Jackie;
Teresa: Terry Tess; Theresa: Terry; Frances: Fran; Victoria: Vicky Tori; Judith: Judy; Janice: Jan; Abigail: Abby;
Virginia: Ginny; Gloria: Glo; Natalie: Nat; Isabel: Isa; Guadalupe: Lupe; Dolores: Lola; Mercedes: Merche;
Maria: Mia; Nancy: Nan; Donna: Don; Emily: Em
""".replace("\n", " ")
    .strip()
    .split("; ")
)

SURNAMES = _listed("""
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson
Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young
Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez
Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell
Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Fisher Vasquez Simmons Graham Murray Ford Hamilton
Schmidt Muller Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Dubois Durand
Leroy Moreau Lefebvre Fournier Girard Mercier Rossi Russo Ferrari Bianchi Romano Kowalski Nowak Novak Svensson Jensen
Hansen Olsen O'Brien O'Connor McCarthy MacDonald McGregor Singh Kumar Shah Khan Ali Hassan Wang Chen Zhang Tanaka Sato
Ivanov
""")
STARTS = _listed("""
Ab Al An Ar Bal Bar Ben Ber Bor Bran Bren Cal Cam Car Cas Chal Cor Cran Cul Dal Dar Del Den Dor Dun Ed El Em Fal Fen
Fin Flan Gal Gar Gil Glen Gran Gri Had Hal Har Has Hel Hol Hor Hum Il In Jar Jen Kal Kel Ken Kil Kir Lam Lan Lar Lin
Lor Mad Mal Man Mar Mel Mer Mil Mon Mor Nar Nel Nor Ob Ol Os Pal Par Pel Pen Per Pol Quin Ram Ran Ras Ren Ril Ros Run
Sal San Sar Sel Sher Sil Stan Ster Sul Tal Tam Tar Ten Thor Til Tor Tran Tul Ul Val Van Var Ver Vil Wal War Wen Whit
Wil Win Zal
""")
MIDDLES = _listed("""
a e i o be ca de di do ga ge la le li lo ma me mi na ne ni no pa ra re ri ro sa se ta te ti to va ve wi
""")
ENDS = _listed("""
bach berg born bourne bury by croft dale den dez don er ers ett feld field ford gan gate ham hart hoff ick ing ini
kamp ke kin kins ko lace land ler ley lin lock low man mann mer mond more nell ner nes ney nik no on ons over pole
quist rell rich ridge ro sen shaw sher sky smith son stad stead stein ster stone stow tel ter ton tti ville vin wall
ward well wick win wood worth wright zer
""")
STREETS = _listed("""
Oak Maple Main High Church Park Lake Hill River Cedar Elm Pine Washington Lincoln Walnut Spring North South Ridge
Sunset Meadow Forest Highland Mill Willow Jefferson Center Cherry Dogwood Chestnut Franklin Birch Railroad Orchard
Valley Prospect Grant Locust Madison Hickory Broad Garden Summit Poplar Laurel Jackson Liberty Union Court Harbor
""")
STREET_KINDS = {
    "Street": "St",
    "Avenue": "Ave",
    "Road": "Rd",
    "Lane": "Ln",
    "Drive": "Dr",
    "Court": "Ct",
    "Boulevard": "Blvd",
    "Way": "Way",
}
TOWN_STARTS = _listed("""
Spring River Oak Mill Green North Lake Fair Clear Stone Bridge Ash Maple Glen West East Kings Queens New Red High Wood
Elm Cold Silver Gold Rock Brook Hart Marsh
""")
TOWN_ENDS = _listed("""
field ton ville ford port dale wood haven mont brook ridge burg view land
""")
TRADES = _listed("""
Systems Foods Media Logistics Consulting Group Partners Holdings Industries Solutions Design Energy Health Software
Motors Textiles Properties Analytics Insurance Labs Engineering Supplies Marketing Travel Printing Dental Legal
""")
LEGAL = ("Inc", "LLC", "Ltd", "Corp", "Co", "GmbH", "SA", "")
WEBMAIL = _listed("""
gmail.com yahoo.com outlook.com hotmail.com aol.com icloud.com
""")
ROLES = _listed("""
info sales office contact admin support hello
""")
AREAS = _listed("""
201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253
254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323
330 334 336 337 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 425 432 434
440 443 458
""")
OCCUPATIONS = _listed("""
politician writer military painter lawyer clergyman scientist actor explorer physician composer
""")
