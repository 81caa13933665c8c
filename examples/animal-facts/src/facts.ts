/** The facts of this example's server; the public ones have more. */
export const facts = {
  cats: [
    "A cat's collarbone is attached to muscle only, so it can pass wherever its head can.",
    "Cats taste no sweetness: one of the two genes for it is broken in all of them.",
    "A cat has 32 muscles in each outer ear and turns it by half a circle.",
    "The print of a cat's nose is as much its own as a fingerprint.",
    "Adult cats meow at people and hardly ever at each other.",
    "A cat walks by moving both legs of one side and then both of the other, as camels and giraffes do.",
  ],
  dogs: [
    "A dog's sense of smell tells its left nostril from its right, and so where a scent comes from.",
    "Basenjis do not bark; they make a sound more like a yodel.",
    "Dogs see blue and yellow, and little between red and green.",
    "A dog sweats through the pads of its paws.",
    "Puppies are born deaf, and hear after about three weeks.",
    "A greyhound reaches its full speed of 70 kilometres an hour within six strides.",
  ],
} as const;

export type Animal = keyof typeof facts;
