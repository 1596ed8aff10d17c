import { Button, type ButtonProps } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { api, sentence } from "./api";
import { useMay } from "./session";
import { toast } from "./toasts";

/** Begins the work on a clip that has failed anew; only who may do so sees it. */
export function RetryButton({ clipId, name, ...button }: { clipId: string; name: string } & ButtonProps) {
  const client = useQueryClient();
  const mayEdit = useMay("edit");
  const retry = useMutation({
    mutationFn: () => api.post(`/api/clips/${clipId}/retry`),
    onSuccess: () => toast(`Trying “${name}” again`),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
    onSettled: () => void client.invalidateQueries({ queryKey: ["document"] }),
  });
  if (!mayEdit) return null;
  return (
    <Button
      variant="light" leftSection={<RotateCcw size={15} />} {...button}
      aria-label={`Try again: ${name}`} loading={retry.isPending} onClick={() => retry.mutate()}
    >
      Try again
    </Button>
  );
}
