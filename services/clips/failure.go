package clips

import (
	"context"
	"errors"
	"fmt"
	"path"
	"syscall"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// giveUp tells that the work on a clip has ended without success, unless it was of no use any more.
// work is what people call the stage.
func giveUp(reactor, stage, work string) func(context.Context, *run.Deps, es.Event, error) error {
	return func(ctx context.Context, d *run.Deps, e es.Event, reason error) error {
		_, err := decide(ctx, d, e.Owner, e.AggregateID, func(ctx context.Context, now standing) (events.Event, error) {
			var current bool
			err := d.DB.QueryRow(ctx, `select $3 in (look_job, prepare_job, pictures_job)
				or exists (select from part where part.owner = $1 and part.clip = $2 and job = $3) from clip where owner = $1 and id = $2`,
				e.Owner, e.AggregateID, es.JobID(reactor, e.ID)).Scan(&current)
			if err != nil || !current || now.busy() != nil {
				return nil, err
			}
			return events.ClipFailed{Clip: e.AggregateID, Stage: stage, Reason: explain(work, reason)}, nil
		})
		if unlessGone(err) != nil {
			return err
		}
		// What was stored while the clip was deleted came too late to be removed with it.
		return discard(ctx, d, e.Owner, e.AggregateID, path.Join(e.Owner, "clips", e.AggregateID))
	}
}

// explain says to people why the work was given up and what to do. The reason itself has paths and
// commands in it; it is for the log and the dead letter.
func explain(work string, reason error) string {
	if errors.Is(reason, es.ErrCancelled) {
		return work + " was cancelled. Try again when you want it."
	}
	why, then := "something went wrong on the server; its log says what", "Try again."
	var refused *media.Refused
	var failed *media.Failure
	switch {
	case errors.As(reason, &refused):
		why = refused.Reason
	case errors.Is(reason, blob.ErrNotFound):
		why, then = "its stored file is missing", "Upload the file again."
	case errors.Is(reason, syscall.ENOSPC):
		why, then = "the disk of the server is full", "Make room, and try again."
	case errors.Is(reason, media.ErrNotInstalled):
		why, then = "ffmpeg is not installed on the server", "Install it, and try again."
	case errors.Is(reason, media.ErrTimeout):
		why = "it took too long"
	case errors.As(reason, &failed):
		why = "ffmpeg stopped unexpectedly"
	}
	return fmt.Sprintf("%s was given up after several tries: %s. %s", work, why, then)
}
