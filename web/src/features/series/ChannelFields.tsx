import { MultiSelect, Select, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Label } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";

/** As many tags, and as long ones, as Twitch takes. */
const MOST_TAGS = 10;
const LONGEST_TAG = 25;

export function TagsField({ tags, error, onChange }: { tags: string[]; error?: string; onChange: (tags: string[]) => void }) {
  return (
    <TagsInput
      label="Tags" description={`Up to ${MOST_TAGS}, of letters and digits`} placeholder={tags.length === 0 ? "Type one and press Enter" : undefined}
      maxTags={MOST_TAGS} splitChars={[",", " "]} clearable value={tags} error={error}
      onChange={(list) => onChange(list.map((tag) => tag.replace(/[^\p{L}\p{M}\p{N}]/gu, "").slice(0, LONGEST_TAG)).filter(Boolean))}
    />
  );
}

const CODES = (
  "ar bg ca cs da de el en es fi fr hi hu id it ja ko ms nl no pl pt ro ru sk sv th tl tr uk vi zh"
).split(" ");
const NAMES = new Intl.DisplayNames("en", { type: "language" });

export function LanguageField({ language, error, onChange }: { language: string | undefined; error?: string; onChange: (language: string | undefined) => void }) {
  const codes = language && language !== "other" && !CODES.includes(language) ? [...CODES, language] : CODES;
  const named = codes.map((value) => ({ value, label: NAMES.of(value) ?? value })).sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Select
      label="Language" placeholder="As it is" searchable clearable data={[...named, { value: "other", label: "Another" }]} value={language || null} error={error}
      onChange={(value) => onChange(value ?? undefined)}
    />
  );
}

/** Labels for what not everybody should see; which there are, Twitch says. */
export function LabelsField({ labels, error, onChange }: { labels: string[]; error?: string; onChange: (labels: string[]) => void }) {
  const known = useQuery({
    queryKey: ["labels"],
    queryFn: async ({ signal }) => (await api.get<Page<Label>>("/api/twitch/labels", { signal })).items,
    staleTime: 60 * 60_000,
    retry: false,
  });
  // Twitch sets this one by itself, from the category.
  const offered = (known.data ?? []).filter(({ id }) => id !== "MatureGame" || labels.includes(id)).map(({ id, name }) => ({ value: id, label: name }));
  const rest = labels.filter((id) => !offered.some(({ value }) => value === id)).map((id) => ({ value: id, label: id }));
  return (
    <MultiSelect
      label="Content labels" placeholder={labels.length === 0 ? "None" : undefined} clearable data={[...offered, ...rest]} value={labels} error={error}
      nothingFoundMessage={known.isError ? sentence(known.error) : "There are no labels"} onChange={onChange}
    />
  );
}
