"""Vocabulary of the planted dataset: plots of each taste, and wishes of people with that taste.

The two share as few words as possible, so that a ranker must know what the words mean: counting shared words does not
find the match.
"""

from typing import NamedTuple


class Taste(NamedTuple):
    """One taste: plot sentences for items, wishes for people."""

    plots: tuple[str, ...]
    wishes: tuple[str, ...]


TASTES: dict[str, Taste] = {
    "space": Taste(
        (
            "A lone astronaut repairs a failing ship far beyond the last planet.",
            "Colonists on a distant moon lose contact with Earth.",
            "A crew wakes from cryosleep to find their vessel off course.",
            "Engineers build a telescope that answers back from the stars.",
        ),
        (
            "rockets, alien worlds and the loneliness of deep space",
            "science fiction about exploring the universe",
            "stories set in orbit, with real physics",
        ),
    ),
    "romance": Taste(
        (
            "Two strangers share a taxi in Paris and cannot forget each other.",
            "A florist and a violinist exchange letters for a year before they meet.",
            "Childhood sweethearts find each other again at a wedding.",
            "A shy baker falls for the man who buys one croissant every morning.",
        ),
        (
            "love stories that make me cry happy tears",
            "tender tales of people who fall for one another",
            "a good kiss at the end and butterflies on the way",
        ),
    ),
    "horror": Taste(
        (
            "Something scratches inside the walls of a farmhouse every midnight.",
            "A family moves into a home whose former owners never left.",
            "Campers vanish one by one in a forest that whispers their names.",
            "A cursed doll appears in a different room each dawn.",
        ),
        (
            "being scared out of my wits, ghosts and things in the dark",
            "haunted places and a constant feeling of dread",
            "nightmares, monsters and screaming in the cinema",
        ),
    ),
    "detective": Taste(
        (
            "An inspector studies a locked room with no weapon and a dead banker.",
            "A librarian notices that every victim borrowed the same book.",
            "A retired policeman reopens the case that ended his career.",
            "A poisoned glass of sherry makes every dinner guest a suspect.",
        ),
        (
            "whodunits where I can guess the murderer from the clues",
            "clever mysteries and sharp sleuths",
            "crime puzzles that are solved by thinking",
        ),
    ),
    "war": Taste(
        (
            "A young medic crosses the trenches to bring back the wounded.",
            "A platoon holds a bridge for three days without supplies.",
            "A codebreaker learns which convoy will be sunk and may not tell.",
            "Brothers in uniform meet on opposite sides of the front.",
        ),
        (
            "soldiers, battles and the price of courage",
            "military history told from the ranks",
            "stories of combat and comradeship under fire",
        ),
    ),
    "sports": Taste(
        (
            "An ageing boxer trains in a garage for one last title fight.",
            "A village football team reaches the cup final by accident.",
            "A runner who lost a leg enters the marathon again.",
            "A swimming coach turns a class of misfits into champions.",
        ),
        (
            "underdog athletes and the joy of winning",
            "the sweat, the training and the big match",
            "tales about competition, teams and trophies",
        ),
    ),
    "cooking": Taste(
        (
            "A chef inherits a failing bistro and her grandmother's recipes.",
            "Rival noodle stalls on one street compete for a critic's praise.",
            "A dishwasher secretly rewrites the menu of a famous restaurant.",
            "A baker tries to save his sourdough through a power cut.",
        ),
        (
            "food, kitchens and people who live for flavour",
            "anything that leaves me hungry, with meals lovingly made",
            "gastronomy and the warmth of a shared table",
        ),
    ),
    "western": Taste(
        (
            "A sheriff waits alone at the station for four gunmen.",
            "Cattle drivers cross the desert with rustlers behind them.",
            "A gunslinger hangs up his revolver until the railway comes to town.",
            "A homesteader defends her ranch against a land baron.",
        ),
        (
            "cowboys, saloons and duels at high noon",
            "the old frontier, horses and dusty plains",
            "outlaws and lawmen of the American West",
        ),
    ),
    "animals": Taste(
        (
            "A lost sheepdog walks across the country to find his boy.",
            "Penguins adopt an egg that is not theirs.",
            "A vet nurses a wounded wolf through the winter.",
            "An elephant escapes from the circus with a mouse as her guide.",
        ),
        (
            "pets and wild creatures as heroes",
            "dogs, cats and everything with fur or feathers",
            "nature seen through the eyes of beasts",
        ),
    ),
    "heist": Taste(
        (
            "Five thieves plan to empty a casino vault during a blackout.",
            "A forger and a safecracker swap a museum's most famous painting.",
            "A bank manager is forced to rob his own branch.",
            "A getaway driver finds that the diamonds are glass.",
        ),
        (
            "elaborate robberies with a twist",
            "charming crooks who pull off the perfect job",
            "con artists, schemes and double crosses for big money",
        ),
    ),
    "court": Taste(
        (
            "A public defender has one night to prove an alibi.",
            "Twelve jurors argue over a boy's life in a hot room.",
            "A judge discovers that a witness has been paid to lie.",
            "A small-town attorney sues the factory that poisoned the river.",
        ),
        (
            "lawyers, trials and cross-examinations",
            "legal drama where justice hangs on an argument",
            "verdicts, objections and clever closing speeches",
        ),
    ),
    "music": Taste(
        (
            "A deaf pianist composes her last sonata by touch.",
            "Four students form a band in a laundrette and go on tour.",
            "A street trumpeter is mistaken for a vanished jazz legend.",
            "A choir of miners sings its way to the capital.",
        ),
        (
            "singers, concerts and songs that stay in my head",
            "the lives of musicians on and off the stage",
            "melody, rhythm and people who play instruments",
        ),
    ),
    "fantasy": Taste(
        (
            "A stable girl hatches the last dragon's egg.",
            "A wizard's apprentice breaks the spell that keeps the kingdom asleep.",
            "A sword that speaks chooses a coward to carry it.",
            "Elves and dwarves must share a mountain when the dead march.",
        ),
        (
            "magic, quests and enchanted realms",
            "epic adventures with mythical beings and sorcery",
            "knights, castles and prophecies",
        ),
    ),
    "spy": Taste(
        (
            "A double agent loses the list of his own informants.",
            "A translator at the embassy overhears a plot in Vienna.",
            "A secret service recruits a chess master to read an enemy.",
            "A microfilm hidden in a violin must cross the border by dawn.",
        ),
        (
            "espionage, cold war intrigue and hidden identities",
            "undercover missions and double agents",
            "intelligence officers who trust nobody",
        ),
    ),
    "school": Taste(
        (
            "A new teacher wins over the worst class of the year.",
            "Five pupils spend a Saturday in detention and become friends.",
            "A girl runs for class president against her best friend.",
            "A shy boy writes the graduation speech for someone else.",
        ),
        (
            "teenagers, classrooms and growing up",
            "coming of age and first friendships",
            "the troubles and jokes of high school",
        ),
    ),
    "sea": Taste(
        (
            "A captain steers a leaking schooner through a typhoon.",
            "A lighthouse keeper rescues a mutineer from the rocks.",
            "Divers search a wreck for gold while a shark circles.",
            "A whaler's cabin boy keeps a diary of the voyage.",
        ),
        (
            "ships, sailors and storms on the ocean",
            "pirates and nautical adventures",
            "salt water, harbours and long crossings",
        ),
    ),
}

SETTINGS = (
    "It takes place in a single week.",
    "Most of it happens in winter.",
    "It is told by the youngest of the family.",
    "It runs for just under two hours.",
    "Critics praised the acting.",
    "It was shot with a small crew.",
)

OPENINGS = (
    "I am in the mood for {}.",
    "What I really enjoy: {}.",
    "Please find me {}.",
    "Tonight I want {}.",
    "Give me {}, nothing else.",
)

TITLE_FIRST = ("Amber", "Silent", "Seventh", "Paper", "Crooked", "Northern", "Hollow", "Second", "Velvet", "Iron")
TITLE_LAST = ("Harvest", "Letter", "Window", "Road", "Promise", "Garden", "Signal", "Winter", "Bridge", "Hour")
