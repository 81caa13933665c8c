const manners = (
  "able airy amber ample arctic avid azure bold brave breezy bright brisk calm candid cheery chief civil clear clever coral cosy " +
  "crisp curious daring deft dapper dusky eager early earnest easy fair fancy fleet fluent fond frank free fresh gentle glad golden " +
  "grand green handy happy hardy hazel honest humble indigo ivory jolly jovial keen kind lively lucid lucky lunar mellow merry mighty " +
  "mild misty modest neat nimble noble olive patient placid plucky polite prime prompt proper proud quick quiet rapid ready robust rosy " +
  "royal rustic sage scarlet serene sharp silent silver simple sincere sleek smooth snowy solar solid spry stable steady still stout " +
  "sturdy subtle sunny supple sure swift tidy tranquil true trusty upbeat urban vast velvet vivid warm wary whole wise witty young zesty"
).split(" ");

const animals = (
  "albatross alpaca antelope badger barbet bat bear beaver bison bittern boar bonobo bream bunting buzzard camel caribou carp cat " +
  "chamois cheetah civet cod condor corgi coyote crab crane cricket crow curlew deer dingo dipper dolphin dormouse dove drake dunlin " +
  "eagle egret eider elk ermine falcon ferret finch firefly flamingo fox frog gannet gazelle gecko gerbil gibbon giraffe gnu goose " +
  "goshawk grebe grouse gull hamster hare harrier hawk heron hippo hoopoe hornet horse hyena ibex ibis iguana impala jackal jaguar jay " +
  "kestrel kingfisher kite kiwi koala kudu lapwing lark lemur leopard linnet lion lizard llama lobster loon lynx macaw magpie manatee " +
  "marmot marten martin meerkat merlin mole mongoose moose moth mule newt nightjar numbat ocelot octopus okapi oriole osprey otter owl " +
  "oyster panda parrot partridge pelican penguin perch petrel pheasant pika pipit plover pony porpoise puffin puma quail quokka rabbit " +
  "raccoon raven redstart robin rook salmon sandpiper seal serval shrew siskin skua skylark sloth snipe sparrow squid squirrel starling " +
  "stoat stork swallow swan swift tapir teal tern thrush tiger toad toucan trout turtle viper vole wagtail walrus warbler weasel whale " +
  "wigeon wolf wombat woodcock wren yak zebra"
).split(" ");

/** A name that people can say and remember, for a run without a name of its own: `brisk-heron`. */
export function randomRunName(random: () => number = Math.random): string {
  return `${pick(manners, random)}-${pick(animals, random)}`;
}

function pick(words: readonly string[], random: () => number): string {
  return words[Math.floor(random() * words.length)] ?? "";
}

/** Whether the name is one that `randomRunName` gives. */
export function isRandomRunName(name: string): boolean {
  const [manner = "", animal = "", ...rest] = name.split("-");
  return rest.length === 0 && manners.includes(manner) && animals.includes(animal);
}
