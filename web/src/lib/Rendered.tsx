/**
 * Markdown as elements. markdown-it reads all of CommonMark, knows what a link may lead to, and has been kept
 * well for ten years; from its tokens React makes the elements, so no HTML is ever put into the page: whatever
 * somebody has written, the worst that can come of it is text.
 */
import MarkdownIt from "markdown-it";
import { createElement, Fragment, useMemo, type ReactNode } from "react";
import classes from "./Markdown.module.css";

const reader = new MarkdownIt({ html: false, linkify: true, breaks: true }).disable("image");

type Token = ReturnType<typeof reader.parse>[number];

/** The elements that may come of it. */
const TAGS = new Set([
  "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "em", "strong", "s", "code", "hr", "br", "table", "thead", "tbody", "tr", "th", "td", "a",
]);

export default function Rendered({ text }: { text: string }) {
  const content = useMemo(() => elements(reader.parse(text, {})), [text]);
  return <div className={classes.text}>{content}</div>;
}

interface Open {
  token?: Token;
  children: ReactNode[];
}

/** Makes elements of a list of tokens, in which what belongs together stands between opening and closing ones. */
function elements(tokens: Token[]): ReactNode[] {
  const open: Open[] = [{ children: [] }];
  const add = (node: ReactNode) => open.at(-1)!.children.push(node);
  tokens.forEach((token, key) => {
    if (token.nesting === 1) return open.push({ token, children: [] });
    if (token.nesting === -1 && open.length > 1) {
      const { token: opened, children } = open.pop()!;
      return add(element(opened!, children, key));
    }
    add(leaf(token, key));
  });
  while (open.length > 1) open[0]!.children.push(...open.pop()!.children);
  return open[0]!.children;
}

function element(token: Token, children: ReactNode[], key: number): ReactNode {
  if (token.hidden || !TAGS.has(token.tag)) return <Fragment key={key}>{children}</Fragment>;
  if (token.tag !== "a") return createElement(heading(token.tag), { key, start: Number(token.attrGet("start")) || undefined }, ...children);
  return <a key={key} href={String(token.attrGet("href") ?? "")} target="_blank" rel="noopener noreferrer nofollow" className="ember-link">{children}</a>;
}

/** Headings of a note stand below those of the page. */
function heading(tag: string): string {
  const level = /^h([1-6])$/.exec(tag)?.[1];
  return level ? `h${Math.min(6, Number(level) + 2)}` : tag;
}

function leaf(token: Token, key: number): ReactNode {
  switch (token.type) {
    case "inline": return <Fragment key={key}>{elements(token.children ?? [])}</Fragment>;
    case "softbreak": case "hardbreak": return <br key={key} />;
    case "hr": return <hr key={key} />;
    case "code_inline": return <code key={key}>{token.content}</code>;
    case "fence": case "code_block": return <pre key={key} tabIndex={0}><code>{token.content}</code></pre>;
    default: return token.content;
  }
}
