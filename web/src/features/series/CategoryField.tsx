import { Loader, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Category } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";

interface CategoryFieldProps {
  category: Category | undefined;
  error?: string;
  onChange: (category: Category | undefined) => void;
}

/** A category of Twitch, found by its name. */
export function CategoryField({ category, error, onChange }: CategoryFieldProps) {
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 250);
  const asked = q !== "" && q !== category?.name;
  const found = useQuery({
    queryKey: ["categories", q],
    queryFn: async ({ signal }) => (await api.get<Page<Category>>("/api/twitch/categories", { query: { q }, signal })).items,
    enabled: asked,
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
  const items = [...(category ? [category] : []), ...(found.data ?? []).filter(({ id }) => id !== category?.id)];
  return (
    <Select
      label="Category" placeholder="Find a category" searchable clearable
      data={items.map(({ id, name }) => ({ value: id, label: name }))}
      // Twitch has found them already, also by words that are not in their names.
      filter={({ options }) => options}
      nothingFoundMessage={!asked ? "Type its name" : found.isError ? sentence(found.error) : found.isPending ? "Looking…" : "Twitch has no such category"}
      rightSection={asked && found.isFetching ? <Loader size="xs" /> : undefined}
      value={category?.id ?? null} error={error}
      onSearchChange={setText}
      onChange={(id) => onChange(items.find((item) => item.id === id))}
    />
  );
}
