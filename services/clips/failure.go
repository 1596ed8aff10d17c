package clips

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// giveUp tells that the work on a clip has ended without success. work is what people call the stage.
func giveUp(stage, work string) func(context.Context, *run.Deps, es.Event, error) error {
	return func(ctx context.Context, d *run.Deps, e es.Event, reason error) error {
		if _, err := d.Append(ctx, e.Owner, events.ClipFailed{Clip: e.AggregateID, Stage: stage, Reason: explain(work, reason)}); err != nil {
			return err
		}
		return deskOf(d, e.AggregateID).clear()
	}
}

// explain says to people why the work was given up and what to do. The reason itself has paths and
// commands in it; it is for the log and the dead letter.
func explain(work string, reason error) string {
	if errors.Is(reason, es.ErrCancelled) {
		return work + " was cancelled. Try again when you want it."
	}
	why, then := "something went wrong on the server; its log says what", "Try again."
	text := reason.Error()
	var refused *media.Refused
	switch {
	case errors.As(reason, &refused):
		why = refused.Reason
	case errors.Is(reason, blob.ErrNotFound):
		why, then = "its stored file is missing", "Upload the file again."
	case errors.Is(reason, syscall.ENOSPC):
		why, then = "the disk of the server is full", "Make room, and try again."
	case strings.Contains(text, "is not installed"):
		why, then = "ffmpeg is not installed on the server", "Install it, and try again."
	case strings.Contains(text, "it took longer than"):
		why = "it took too long"
	case strings.Contains(text, "ffmpeg") || strings.Contains(text, "ffprobe"):
		why = "ffmpeg stopped unexpectedly"
	}
	return fmt.Sprintf("%s was given up after several tries: %s. %s", work, why, then)
}
