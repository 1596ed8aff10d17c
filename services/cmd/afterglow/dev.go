package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

type devCmd struct {
	FakeTwitch fakeTwitchCmd `cmd:"" help:"Run a Twitch on this machine, to try the live side without an account."`
}

type fakeTwitchCmd struct {
	Listen   string  `help:"Address that it listens on." default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
	Scenario string  `help:"JSON file with what happens; a lively stream unless given." type:"existingfile" placeholder:"FILE"`
	Rate     float64 `help:"How many times as fast." default:"1" placeholder:"N"`
}

// settle is the pause between the first subscription and the scenario: a client subscribes to one
// type after another.
const settle = 2 * time.Second

// Run serves until it is interrupted, and plays the scenario whenever somebody has subscribed.
func (c *fakeTwitchCmd) Run(ctx context.Context, t *terminal) error {
	if c.Rate <= 0 {
		return usageError{fmt.Errorf("--rate is %g, but has to be above zero", c.Rate)}
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return usageError{fmt.Errorf("--listen: %q is not a host and a port, for instance 127.0.0.1:8090", c.Listen)}
	}
	scenario := twitch.Lively()
	if c.Scenario != "" {
		text, err := os.ReadFile(c.Scenario)
		if err != nil {
			return fmt.Errorf("reading the scenario: %w", err)
		}
		if scenario, err = twitch.ParseScenario(text); err != nil {
			return fmt.Errorf("%s: %w", c.Scenario, err)
		}
	}
	server, err := twitch.New(twitch.Config{Listen: c.Listen, Logger: t.log})
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Fprintf(t.out, "%s\n", strings.Join(fakeTwitchSettings(server), "\n"))
	fmt.Fprintf(t.err, "A Twitch of your own at %s. Start `afterglow up` with the variables above, then connect Twitch in the settings.\n", server.URL)
	if err := server.Subscribed(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(float64(settle) / c.Rate)):
	}
	fmt.Fprintf(t.err, "Somebody listens: playing the scenario %q.\n", scenario.Name)
	err = server.Play(ctx, scenario, c.Rate, func(step twitch.Step, err error) {
		if err != nil {
			t.log.Warn("step passed over", "do", step.Do, "err", err)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "The scenario is over. %s/__control/ takes single steps; ^C ends.\n", server.URL)
	<-ctx.Done()
	return ctx.Err()
}

// fakeTwitchSettings are the variables that lead Afterglow to the server.
func fakeTwitchSettings(s *twitch.Server) []string {
	return []string{
		"TWITCH_CLIENT_ID=" + s.ClientID, "TWITCH_CLIENT_SECRET=" + s.ClientSecret, "AFTERGLOW_TWITCH_AUTH_URL=" + s.AuthURL,
		"AFTERGLOW_TWITCH_API_URL=" + s.APIURL, "AFTERGLOW_TWITCH_EVENTSUB_URL=" + s.EventSubURL, "AFTERGLOW_TWITCH_IMAGES_URL=" + s.ImagesURL,
	}
}
