"""The hundred prompts, in five groups of twenty, each with what should be seen. Fixed before the model was trained."""

# prompt: labels of the artwork that are right.
OBJECTS = {
    "a fox": ["fox"], "a red apple": ["red apple"], "a hamburger": ["hamburger"], "a rocket": ["rocket"], "a panda": ["panda"],
    "an owl": ["owl"], "a cat": ["cat face", "smiling cat with heart-eyes", "black cat"], "a dog": ["dog face"], "a castle": ["castle"],
    "a bicycle": ["bicycle"], "a guitar": ["guitar"], "a strawberry": ["strawberry"], "a penguin": ["penguin"], "a sailboat": ["sailboat"],
    "a cactus": ["cactus"], "a crown": ["crown"], "a wizard": ["man mage"], "a squirrel": ["chipmunk"],
    "a skyscraper": ["office building"], "scissors": ["scissors"],
}

# Words that were in no caption.
WORDING = {
    "a kitten": ["cat face", "smiling cat with heart-eyes", "black cat"], "a puppy": ["dog face"], "an automobile": ["automobile"],
    "a cheeseburger": ["hamburger"], "a sofa": ["couch and lamp"], "a motorbike": ["motorcycle", "motor scooter"],
    "a hare": ["rabbit face"], "a wristwatch": ["watch"], "spectacles": ["glasses", "sunglasses"], "an airliner": ["airplane"],
    "a spaceship": ["rocket", "flying saucer"], "a toad": ["frog"], "a grizzly": ["bear"], "a vessel": ["ship", "sailboat", "passenger ship"],
    "a serpent": ["snake"], "a sorcerer": ["man mage", "woman mage"], "an infant": ["baby"], "a jewel": ["gem stone", "ring"],
    "a yacht": ["sailboat", "ship", "passenger ship", "speedboat"], "a boulder": ["rock"],
}

# prompt: (colour, labels). The first ten were shown in that colour, the last ten never.
COLOURS = {
    "a blue apple": ("blue", ["red apple"]), "a green car": ("green", ["automobile"]), "a purple fish": ("purple", ["fish"]),
    "a pink rocket": ("pink", ["rocket"]), "a yellow butterfly": ("yellow", ["butterfly"]), "a red umbrella": ("red", ["umbrella"]),
    "a blue fox": ("blue", ["fox"]), "an orange backpack": ("orange", ["backpack"]), "a black cat": ("black", ["cat face", "black cat"]),
    "a green heart": ("green", ["green heart"]),
    "a pink elephant": ("pink", ["elephant"]), "a blue strawberry": ("blue", ["strawberry"]), "a purple banana": ("purple", ["banana"]),
    "a red guitar": ("red", ["guitar"]), "a green penguin": ("green", ["penguin"]), "a yellow owl": ("yellow", ["owl"]),
    "a blue pumpkin": ("blue", ["jack-o-lantern"]), "an orange cactus": ("orange", ["cactus"]), "a purple crown": ("purple", ["crown"]),
    "a pink castle": ("pink", ["castle"]),
}

# prompt: the background's colour, or the two of a gradient.
BACKGROUNDS = {
    "a red apple on a blue background": ("blue",), "a fox on a green background": ("green",), "a panda on a pink background": ("pink",),
    "a rocket on a black background": ("black",), "a cat, purple background": ("purple",), "a pizza on a yellow background": ("yellow",),
    "a penguin on an orange background": ("orange",), "an owl with a red background": ("red",), "a castle on a pink background": ("pink",),
    "a guitar on a gray background": ("gray",), "a strawberry on a green background": ("green",), "a dog on a blue background": ("blue",),
    "a crown on a purple background": ("purple",), "a cactus on a yellow background": ("yellow",),
    "a wizard on a black background": ("black",), "a fox on a blue and pink gradient": ("blue", "pink"),
    "a rocket on a purple and orange gradient": ("purple", "orange"), "an apple on a gradient from yellow to green": ("yellow", "green"),
    "a panda on a pink and purple gradient": ("pink", "purple"), "a castle on a gradient from blue to orange": ("blue", "orange"),
}

# prompt: (labels of one, labels of the other); a place is checked where the words give one.
PAIRS = {
    "a cat and a ball": (["cat face"], ["soccer ball", "baseball", "basketball", "volleyball", "tennis"]), "a fox and an apple": (["fox"], ["red apple"]),
    "a dog and a bone": (["dog face"], ["bone"]), "a car and a tree": (["automobile"], ["deciduous tree", "evergreen tree"]),
    "an owl and the moon": (["owl"], ["full moon", "crescent moon"]), "a panda next to a flower": (["panda"], ["hibiscus"]),
    "a rocket and a star": (["rocket"], ["star"]), "a heart and a rose": (["red heart"], ["rose"]), "a frog with a crown": (["frog"], ["crown"]),
    "a lemon and a pear": (["lemon"], ["pear"]), "a pizza beside a hamburger": (["pizza"], ["hamburger"]), "a book and a candle": (["closed book", "green book", "blue book", "orange book"], ["candle"]),
    "a rabbit on the left and a carrot on the right": (["rabbit face"], ["carrot"]), "a sun to the left of a cloud": (["sun"], ["cloud"]),
    "a ghost and a pumpkin": (["ghost"], ["jack-o-lantern"]), "a house and a car": (["house"], ["automobile"]),
    "a penguin and a fish": (["penguin"], ["fish"]), "a bee and a sunflower": (["honeybee"], ["sunflower"]),
    "a mouse with a cheese": (["mouse face"], ["cheese wedge"]), "a train to the right of a castle": (["castle"], ["train"]),
}

GROUPS = {"objects": OBJECTS, "wording": WORDING, "colours": COLOURS, "backgrounds": BACKGROUNDS, "pairs": PAIRS}
