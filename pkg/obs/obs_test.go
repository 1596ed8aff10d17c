package obs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/obs"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/obs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func start(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	s, err := fake.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func connect(t *testing.T, s *fake.Server, password string, topics obs.Topic) *obs.Conn {
	t.Helper()
	c, err := obs.Connect(t.Context(), obs.Options{URL: s.URL(), Password: password, Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// Only who knows the password is let in, and is told when they do not.
func TestPassword(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Password: "open sesame"})
	connect(t, s, "open sesame", obs.Outputs)
	for _, wrong := range []string{"", "open"} {
		if _, err := obs.Connect(t.Context(), obs.Options{URL: s.URL(), Password: wrong}); !errors.Is(err, obs.ErrPassword) {
			t.Errorf("with %q: %v", wrong, err)
		}
	}
	s.SetPassword("")
	connect(t, s, "not needed", obs.Outputs)
	s.Shut(true)
	if _, err := obs.Connect(t.Context(), obs.Options{URL: s.URL()}); err == nil || errors.Is(err, obs.ErrPassword) {
		t.Errorf("when it does not run: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := obs.Connect(ended, obs.Options{URL: s.URL()}); err == nil {
		t.Error("connected although nobody wants it any more")
	}
}

// Events come in order, of the topics that were asked for, and do not wait for who asks something.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	c := connect(t, s, "", obs.Outputs|obs.General)
	s.SetScene("Break")
	s.StartStream()
	s.Custom(map[string]any{"afterglow": "marker"})
	before := time.Now()
	var stream obs.Status
	var err error
	if stream, err = c.StreamStatus(t.Context()); err != nil || !stream.Active || stream.Asked.Before(before) {
		t.Fatalf("%+v, %v", stream, err)
	}
	for _, want := range []string{"StreamStateChanged _STARTING", "StreamStateChanged _STARTED", "CustomEvent marker"} {
		e := <-c.Events()
		kind, part, _ := strings.Cut(want, " ")
		if e.Type != kind || !strings.Contains(string(e.Data), part) || e.At.IsZero() || e.At.After(time.Now()) {
			t.Errorf("%+v, want %s", e, want)
		}
	}
	s.Kick(4011)
	if _, open := <-c.Events(); open {
		t.Error("something happens after the end")
	}
	if err := c.Err(); err == nil || !strings.Contains(err.Error(), "4011") {
		t.Errorf("ended because %v", err)
	}
	if err := c.Request(t.Context(), "GetVersion", nil, nil); err == nil {
		t.Error("OBS answers although it is gone")
	}
}

// What OBS refuses is told with its code; what it cannot do yet is asked again.
func TestRequests(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Directory: "/recordings"})
	c := connect(t, s, "", 0)
	var version struct {
		Version string `json:"obsVersion"`
	}
	s.NotReady(2)
	if err := c.Request(t.Context(), "GetVersion", nil, &version); err != nil || version.Version == "" || s.Requests("GetVersion") != 3 {
		t.Errorf("%+v after %d requests, %v", version, s.Requests("GetVersion"), err)
	}
	var refused *obs.RequestError
	for kind, code := range map[string]int{"Fly": obs.UnknownRequest, "": 203, "GetProfileParameter": 301, "StopRecord": 501} {
		if err := c.Request(t.Context(), kind, nil, nil); !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%q: %v, want %d", kind, err, code)
		}
	}
	if err := c.Request(t.Context(), "SetCurrentProgramScene", map[string]string{"sceneName": "None such"}, nil); !errors.As(err, &refused) || refused.Code != 600 {
		t.Errorf("unknown scene: %v", err)
	}
	for name, want := range map[string]string{"AutoRemux": "false", "Unheard": ""} {
		if got, err := c.Profile(t.Context(), "Video", name); err != nil || got != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.NotReady(1 << 30)
	go cancel()
	if err := c.Request(ctx, "GetVersion", nil, nil); err == nil {
		t.Error("OBS answers although it is not ready")
	}
}

// The timecode is in whole frames, waits in a pause, and tells when the recording began.
func TestTimecode(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
	clock := make(chan time.Time, 1)
	clock <- now
	s := start(t, fake.Options{Directory: t.TempDir(), Clock: func() time.Time {
		at := <-clock
		clock <- at
		return at
	}})
	c := connect(t, s, "", obs.Outputs)
	pass := func(d time.Duration) { clock <- (<-clock).Add(d) }
	want := func(active, paused bool, timecode time.Duration) {
		t.Helper()
		got, err := c.RecordStatus(t.Context())
		if err != nil || got.Active != active || got.Paused != paused || got.Timecode != timecode {
			t.Errorf("%+v, %v", got, err)
		}
	}
	want(false, false, 0)
	s.StartRecord()
	pass(10*time.Second + 50*time.Millisecond)
	want(true, false, 10*time.Second+33*time.Millisecond)
	s.PauseRecord()
	pass(time.Minute)
	want(true, true, 10*time.Second+33*time.Millisecond)
	s.ResumeRecord()
	pass(time.Second)
	want(true, false, 11*time.Second+33*time.Millisecond)
	s.StopRecord()
	want(false, false, 0)
}

// A measured clock is as good as the way to OBS and back.
func TestZero(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 1, 31, 20, 0, 10, 0, time.UTC)
	at, wrong := obs.Status{Timecode: 10 * time.Second, Asked: asked, RoundTrip: 8 * time.Millisecond}.Zero()
	if !at.Equal(asked.Add(-10*time.Second+4*time.Millisecond)) || wrong != 4*time.Millisecond {
		t.Errorf("%s, ± %s", at, wrong)
	}
}
