import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import Rendered from "./Rendered";

const html = (text: string) => renderToStaticMarkup(createElement(Rendered, { text }));

test("Markdown becomes elements", () => {
  expect(html("# One\n\n- *two*\n- [three](https://example.org)")).toMatch(/<h3>One<\/h3><ul><li><em>two<\/em><\/li><li><a href="https:\/\/example.org" target="_blank" rel="noopener noreferrer nofollow"[^>]*>three<\/a><\/li><\/ul>/);
  expect(html("3. three\n4. four")).toContain('<ol start="3">');
});

test("HTML, scripts in links and pictures stay text", () => {
  expect(html("<script>alert(1)</script> <b onclick=x>bold</b>")).not.toMatch(/<script|<b/);
  expect(html("[here](javascript:alert(1)) [there](data:text/html,x)")).not.toContain("<a");
  expect(html("![picture](https://example.org/x.png)")).not.toContain("<img");
});
