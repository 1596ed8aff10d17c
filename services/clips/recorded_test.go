package clips_test

import (
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/services/clips"
)

func TestStartInName(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2026, 1, 31, 20, 0, 5, 0, zone)
	for name, want := range map[string]time.Time{
		"2026-01-31 20-00-05.mkv":                 evening, // OBS
		"2026-01-31_20-00-05.mkv":                 evening,
		"Replay 2026-01-31 20-00-05.mkv":          evening,
		"Replay_2026-01-31_20-00-05.mkv":          evening,
		"26-01-31 20-00-05.mp4":                   evening, // the others that it offers
		"Sat 2026-01-31 20-00-05.mkv":             evening,
		"Saturday 2026-01-31 20-00-05.mkv":        evening,
		"2026-Jan-31 20-00-05.mkv":                evening,
		"2026-January-31 20-00-05.mkv":            evening,
		"2026-01-31 08-00-05-PM.mkv":              evening,
		"2026-01-31 12-00-05-AM.mkv":              evening.Add(-20 * time.Hour),
		"2026-01-31 20-00-05-+0100.mkv":           evening,
		"2026-01-31 14-00-05--0500.mkv":           evening,
		"2026-01-31 20-00-05-CET.mkv":             evening,
		"Game 2026.01.31 - 20.00.05.02.DVR.mp4":   evening, // graphics drivers
		"VID_20260131_200005.mp4":                 evening, // phones
		"20260131-200005.mov":                     evening,
		"2026-01-31T20:00:05 and some.mkv":        evening,
		"2026-03-29 02-30-00 skipped an hour.mkv": time.Date(2026, 3, 29, 2, 30, 0, 0, zone),
	} {
		if got, ok := clips.StartInName(name, zone); !ok || !got.Equal(want) {
			t.Errorf("%s: %s, %v, want %s", name, got, ok, want)
		}
	}
	for _, name := range []string{
		"", "evening.mkv", "2026-13-31 20-00-05.mkv", "2026-02-30 20-00-05.mkv", "2026-01-31 25-00-05.mkv", "2026-01-31 20-61-05.mkv",
		"2026-01-31.mkv", "2026-Foo-31 20-00-05.mkv", "1234567890123456.mp4", "2026-01-31 13-00-05-PM.mkv", "1234-01-31 20-00-05.mkv",
	} {
		if got, ok := clips.StartInName(name, zone); ok {
			t.Errorf("%s tells %s", name, got)
		}
	}
}
