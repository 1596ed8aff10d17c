package clips_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// An upload that nobody goes on with is thrown away when its time has come, and no other.
func TestUploadLapses(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, clips.Service)
	abandoned, kept := start(t, s, "a.mp4", 5, nil), start(t, s, "b.mp4", 5, nil)
	for _, up := range []clips.Upload{abandoned, kept} {
		due, set, err := p.Logs.Timer(t.Context(), "ours", events.UploadLapsed{Upload: up.ID})
		if err != nil || !set || time.Until(due) < 6*24*time.Hour {
			t.Fatalf("timer at %s, %v, %v", due, set, err)
		}
	}
	if err := p.Logs.SetTimer(t.Context(), "ours", events.UploadLapsed{Upload: abandoned.ID}, time.Now()); err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(t.Context(), p.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(t.Context()) }()
	for left := 2; left > 1; {
		if err := db.QueryRow(t.Context(), `select count(*) from vault.uploads`).Scan(&left); err != nil {
			t.Fatal(err)
		}
	}
	var up clips.Upload
	if _, err := s.Call(t, ours, "GET /api/uploads/{upload}", testkit.Params("upload", kept.ID), &up); err != nil || len(up.Parts) != 1 {
		t.Errorf("got %+v, %v", up, err)
	}
	if err := call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", kept.ID); err != nil {
		t.Error(err)
	}
	if _, set, err := p.Logs.Timer(t.Context(), "ours", events.UploadLapsed{Upload: kept.ID}); err != nil || set {
		t.Errorf("its timer is set: %v, %v", set, err)
	}
}
