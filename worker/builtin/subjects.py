"""What the model learns: emoji label -> the words people type for it, and which ones are recoloured."""

# label=word/word: other or better words. Without "=", the label is the word.
PLAIN = """
monkey face=monkey; gorilla; wolf; raccoon; black cat; lion; tiger face=tiger; horse face=horse; zebra; deer; cow face=cow;
pig face=pig; ewe=sheep/lamb; goat; camel; llama/alpaca; giraffe; elephant; rhinoceros/rhino; hippopotamus/hippo; mouse face=mouse;
hamster; hedgehog; bat; polar bear; koala; panda/panda bear; sloth; otter; skunk; kangaroo; turkey; chicken/hen; rooster;
hatching chick; baby chick=chick; penguin; dove; eagle; duck; swan; owl; flamingo; peacock; crocodile/alligator; spouting whale;
dolphin; blowfish=pufferfish; shark; spiral shell=shell/seashell; lobster; shrimp/prawn; squid; snail; bug=caterpillar; ant;
honeybee=bee/honeybee; lady beetle=ladybug/ladybird; spider; scorpion; bouquet=bouquet/bunch of flowers; cherry blossom; sunflower;
seedling/sprout; potted plant; evergreen tree=pine tree; deciduous tree=tree; palm tree; cactus; four leaf clover=clover; maple leaf;
grapes; melon; watermelon; tangerine=orange fruit/tangerine; lemon; banana; pineapple; mango; green apple; peach; cherries;
strawberry; blueberries; kiwi fruit=kiwi; tomato; coconut; avocado; eggplant/aubergine; potato; carrot; ear of corn=corn; hot pepper=chili pepper;
cucumber; broccoli; garlic; onion; peanuts; chestnut; bread/loaf of bread; croissant; baguette bread=baguette; pretzel; bagel; pancakes;
waffle; cheese wedge=cheese; meat on bone=meat; poultry leg=chicken leg; bacon; hamburger/burger; french fries/fries; pizza/slice of pizza;
hot dog; sandwich; taco; burrito; egg; cooking=fried egg; popcorn; butter; rice ball; sushi; spaghetti/pasta; soft ice cream=ice cream cone;
ice cream=bowl of ice cream; doughnut/donut; cookie; birthday cake; shortcake=cake/slice of cake; pie; chocolate bar/chocolate; candy;
custard=pudding; honey pot=honey; glass of milk=milk; hot beverage=coffee/cup of coffee; wine glass=wine/glass of wine; cocktail glass=cocktail;
tropical drink; beer mug=beer; bubble tea; globe showing Americas=earth/planet earth; volcano; snow-capped mountain=mountain; tent;
house with garden=cottage; castle; ferris wheel; locomotive=steam train; train; tram; ambulance; fire engine=fire truck; police car;
taxi; tractor; motorcycle; kick scooter; skateboard; wheel; vertical traffic light=traffic light; anchor; canoe; speedboat; ship;
airplane/plane; helicopter; satellite; flying saucer=ufo/flying saucer; luggage=suitcase; hourglass not done=hourglass; watch;
alarm clock/clock; full moon=moon/full moon; crescent moon; sun; sun with face=smiling sun; ringed planet=saturn/planet; cloud;
cloud with lightning=storm cloud; cloud with rain=rain cloud; sun behind cloud; rainbow; high voltage=lightning; snowflake;
snowman/snowman without snow; comet; fire/flame; water wave=wave; jack-o-lantern=halloween pumpkin/pumpkin; Christmas tree; party popper;
trophy; sports medal=medal; soccer ball; baseball; basketball; volleyball; american football; tennis=tennis ball; boxing glove; kite;
crystal ball; magic wand; video game=game controller; game die=dice; teddy bear; mirror ball=disco ball; artist palette=palette;
glasses; sunglasses; jeans; running shoe=sneaker/running shoe; crown; top hat; graduation cap; lipstick; ring/diamond ring; bell;
megaphone; microphone; headphone=headphones; radio; saxophone; trumpet; guitar/electric guitar; violin; drum; musical keyboard=piano;
mobile phone=phone/smartphone; telephone; battery; laptop; desktop computer=computer; camera; television=tv/television; light bulb;
candle; flashlight; books=stack of books; scroll; coin/gold coin; money bag; package=box/package; pencil; paintbrush;
hammer; axe; bomb; bow and arrow; shield; wrench; screwdriver; gear; toolbox; magnet; ladder; test tube; microscope; telescope; syringe;
pill; octopus; wrapped gift=gift/present; bed; couch and lamp=couch; toilet; bathtub; soap; sponge; broom; basket; shopping cart; crossed swords=swords; ghost; skull;
alien monster=space invader; clown face=clown; snowman=snowman in snow; grinning face=smiley/happy face; smiling face with sunglasses=cool face;
smiling face with heart-eyes=face with heart eyes; crying face=sad face; angry face; sleeping face; Santa Claus;
astronaut; broken heart; dragon face=dragon head; joker=playing card; nesting dolls=russian doll; brick=bricks;
wood=logs; rock/stone; sparkles; fireworks; carousel horse; pool 8 ball; puzzle piece; lollipop; kimono; shooting star; desert island=island;
"""

# Added to a model that knew the ones above; kept apart, so that a shorter run can weigh them more.
MORE = """
face with tears of joy=laughing face; winking face; thinking face; face blowing a kiss=kissing face; face with tongue=face with tongue out;
nerd face; cowboy hat face=cowboy/cowboy face; partying face=party face; loudly crying face=bawling face; face screaming in fear=screaming face;
smiling face with horns=devil/purple devil; smiling face with halo=angel face; pile of poo=poop; ogre; goblin; exploding head;
smiling cat with heart-eyes=cat with heart eyes; thumbs up; waving hand=hand; flexed biceps=muscle/strong arm; handshake; eyes=pair of eyes;
ear; nose; mouth=lips/mouth; tooth; bone; brain; footprints;
baby; boy; girl; man; woman; old man/grandpa; old woman/grandma; detective; ninja; princess; prince; police officer; firefighter; cook=chef;
man mage=wizard; woman mage=witch; woman fairy=fairy; man vampire=vampire; man zombie=zombie; man superhero=superhero;
leopard; donkey; ram; bison; mammoth; beaver; chipmunk=squirrel/chipmunk; goose; seal; tropical fish; coral; fly; mosquito;
cricket=grasshopper/cricket; worm; spider web; lotus; fallen leaf=autumn leaf; paw prints=paw print; feather; nest with eggs=nest;
olive; green salad=salad; steaming bowl=ramen/bowl of noodles; cooked rice=rice/bowl of rice; curry rice=curry; dumpling; fortune cookie;
teacup without handle=green tea; clinking glasses=champagne glasses; bottle with popping cork=champagne bottle; cup with straw=soda/soft drink;
spoon; kitchen knife=knife; fork and knife; jar; amphora=vase; leafy green=lettuce; ice=ice cube; pot of food=stew;
compass; desert; beach with umbrella=beach; classical building=temple; hut; office building=skyscraper; hospital; school; factory; church;
fountain; sunset; cityscape=city; bridge at night=bridge; circus tent; roller coaster; minibus=van; stop sign; ring buoy=life ring;
passenger ship=cruise ship; parachute; stopwatch; tornado; milky way=galaxy; roller skate;
firecracker=dynamite; ribbon=bow; ticket; bowling=bowling ball; ice skate; fishing pole=fishing rod; sled; bullseye=target; yo-yo;
water pistol=water gun; joystick; chess pawn; framed picture=painting;
necktie=tie; coat; shorts; handbag; hiking boot=boot; woman’s hat=sun hat; musical note; accordion; banjo; flute; keyboard;
computer mouse; printer; floppy disk; optical disk=cd; movie camera; magnifying glass tilted left=magnifying glass; red paper lantern=lantern;
open book; newspaper; envelope; money with wings=money; credit card; closed mailbox with raised flag=mailbox; pen; briefcase; calendar;
pushpin; scissors; wastebasket=trash can; old key; dagger; boomerang; carpentry saw=saw; balance scale=scales; dna; mirror; window;
coffin; headstone=gravestone; moai=stone head; plunger; razor; stethoscope
"""

# Words that pairs are made of ("a cat and a ball"): short, drawn whole, at home beside anything.
PAIRED = """
fox rabbit cat dog bear frog lion panda penguin owl fish butterfly elephant pig mouse duck turtle snake unicorn dragon robot
apple pear banana lemon strawberry cherries pizza hamburger doughnut cookie egg carrot mushroom
car bus bicycle rocket train house castle tree flower cactus sunflower rose sun moon star cloud balloon ball basketball
book key clock camera guitar crown hat bell candle gift umbrella heart ghost skull
""".split()

# label=word/word:natural colour. Each is also shown in the other colours of COLOURS.
COLOURED = """
automobile=car:red; sport utility vehicle=jeep:blue; pickup truck:red; delivery truck=truck/lorry:orange; bus:orange; racing car=race car:orange;
motor scooter=scooter:red; bicycle=bike/bicycle:red; balloon:red; closed book=book:red; t-shirt=shirt/t-shirt:green; dress:blue;
billed cap=cap/hat:blue; backpack:pink; teapot:pink; house:orange; star:yellow; fish:blue; bird:red; butterfly:orange; tulip:pink;
rose:red; hibiscus=flower:pink; gem stone=gem/diamond:blue; umbrella:purple; red apple=apple:red; pear:green; bell pepper:green; mushroom:red;
rocket:red; key:yellow; gloves:purple; socks:green; scarf:red; purse:pink; cupcake:pink; dragon:green;
turtle:green; crab:pink; frog:green; snake:green; sauropod=dinosaur:green; T-Rex:green; whale:blue; parrot:red;
unicorn:purple; cat face=cat:yellow; dog face=dog:brown; fox:orange; rabbit face=rabbit/bunny:white; bear:brown; alien:green; robot:pink; bucket:blue;
lizard:green; jellyfish:blue; beetle:green; chair:brown; door:brown; locked=lock/padlock:orange; crayon:green; toothbrush:red; yarn=ball of yarn:blue;
high-heeled shoe=shoe/high heel:red; droplet=drop of water:blue; sailboat=boat/sailboat:orange
"""

# Already drawn in every colour by the artists.
FAMILIES = {
    "heart": ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"],
    "circle": ["red", "orange", "yellow", "green", "blue", "purple", "brown", "black"],
    "square": ["red", "orange", "yellow", "green", "blue", "purple", "brown"],
    "book": ["green", "blue", "orange"],
}

# OKLCh: lightness, chroma, hue in degrees. The middle of what the word means, in this artwork's saturated style.
COLOURS = {
    "red": (0.60, 0.22, 24), "orange": (0.73, 0.17, 55), "yellow": (0.86, 0.17, 92), "green": (0.70, 0.18, 148),
    "blue": (0.62, 0.17, 255), "purple": (0.57, 0.20, 302), "pink": (0.74, 0.17, 355), "black": (0.32, 0.01, 300),
}

# Backgrounds of the scenes that have one.
BACKGROUNDS = {
    "red": (0.85, 0.2, 0.2), "orange": (1.0, 0.65, 0.2), "yellow": (1.0, 0.88, 0.3), "green": (0.4, 0.78, 0.4),
    "blue": (0.35, 0.6, 0.95), "purple": (0.6, 0.4, 0.85), "pink": (1.0, 0.7, 0.82), "black": (0.06, 0.06, 0.08),
    "gray": (0.6, 0.6, 0.62),
}


def parse(table):
    """-> [(label, [words], natural colour or None)]"""
    rows = []
    for item in " ".join(table.split()).split(";"):
        item, _, colour = item.strip().partition(":")
        label, _, words = item.partition("=")
        if label:
            first = label.split("/")
            rows.append((first[0], words.split("/") if words else first, colour or None))
    return rows
