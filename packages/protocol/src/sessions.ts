import { route } from "./route.ts";
import { None, Open, Type } from "./schema.ts";
import { pagesTag } from "./ui/tag.ts";

const text = Type.String({ maxLength: 1000 });

export const signIn = route({
  method: "POST",
  path: "/ui/session",
  access: "public",
  summary: "Sign a browser in: sets a cookie that pages of this server are known by",
  tag: pagesTag,
  body: Open({ user: text, password: text }),
  replies: { 204: None },
});

export const signOut = route({
  method: "DELETE",
  path: "/ui/session",
  access: "public",
  summary: "Sign a browser out",
  tag: pagesTag,
  replies: { 204: None },
});
