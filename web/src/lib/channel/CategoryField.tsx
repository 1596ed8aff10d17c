import { Loader, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, sentence } from "../api";
import type { Category } from "../../gen/api";
import classes from "./CategoryField.module.css";

/** One waits so long for the next letter, in milliseconds. */
const PAUSE = 300;

interface CategoryFieldProps {
  /** Both are empty for no category. */
  id: string;
  name: string;
  error?: string;
  onChange: (category: Category) => void;
  /** Without a category is fine too; it is told as one whose id is empty. */
  clearable?: boolean;
}

/** Finds a category of Twitch by a part of its name. A search that is not wanted any more is called off. */
export function CategoryField({ id, name, error, onChange, clearable = false }: CategoryFieldProps) {
  const [text, setText] = useState(name);
  const [asked] = useDebouncedValue(text.trim(), PAUSE);
  const wanted = asked !== "" && asked !== name;
  const search = useQuery({
    queryKey: ["twitch-categories", asked],
    queryFn: async ({ signal }) => (await api.get<{ items: Category[] }>("/api/twitch/categories", { query: { q: asked }, signal })).items,
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
    retry: false,
  });
  const found = (wanted && search.data) || [];
  const categories = id && !found.some((category) => category.id === id) ? [{ id, name }, ...found] : found;
  return (
    <Select
      label="Category" searchable clearable={clearable} allowDeselect={false} placeholder="Find a category" error={error ?? (wanted && search.error ? sentence(search.error) : undefined)}
      data={categories.map((category) => ({ value: category.id, label: category.name }))} value={id || null}
      searchValue={text} onSearchChange={setText} filter={({ options }) => options}
      rightSection={wanted && search.isFetching ? <Loader size={16} aria-label="Searching" /> : undefined}
      nothingFoundMessage={!wanted ? "Type a part of its name" : search.isFetching || asked !== text.trim() ? "Searching" : "No category is called that"}
      renderOption={({ option }) => {
        const art = categories.find((category) => category.id === option.value)?.boxArtUrl;
        return <span className={classes.option}>{art && <img className={classes.art} src={art} alt="" />}{option.label}</span>;
      }}
      onChange={(chosen) => {
        const category = categories.find((candidate) => candidate.id === chosen);
        if (category) onChange(category);
        else if (chosen === null) onChange({ id: "", name: "" });
      }}
    />
  );
}
