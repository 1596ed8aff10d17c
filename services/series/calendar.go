package series

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// calendarBack and calendarAhead are how far a calendar reaches.
const calendarBack, calendarAhead = 60 * 24 * time.Hour, 365 * 24 * time.Hour

var getCalendar = api.Get("/api/series/calendar.ics", "gives the streams that are planned as a file for calendars", api.Viewers,
	func(ctx context.Context, d *run.Deps, _ struct{}) (api.File, error) {
		return calendarOf(ctx, d, api.OwnerOf(ctx))
	})

func calendarOf(ctx context.Context, d *run.Deps, owner string) (api.File, error) {
	now := time.Now()
	list, err := upcoming(ctx, d, owner, now.Add(-calendarBack), now.Add(calendarAhead))
	if err != nil {
		return api.File{}, err
	}
	f := api.TextFile([]byte(calendar(list, now)), "text/calendar; charset=utf-8")
	f.Cache = "private, no-cache"
	return f, nil
}

// calendar writes occurrences as RFC 5545 has them, one by one: each is an event of its own with an id that
// stays, so that what is planned anew moves and what is skipped is cancelled. The notes are not for others,
// and left out.
func calendar(list []Occurrence, now time.Time) string {
	var b strings.Builder
	line := func(name, value string) { fold(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Afterglow//Series//EN")
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	for _, o := range list {
		line("BEGIN", "VEVENT")
		line("UID", o.Series+"-"+o.Date+"@afterglow")
		line("DTSTAMP", utc(now))
		line("DTSTART", utc(o.StartsAt))
		line("DTEND", utc(o.EndsAt))
		line("SUMMARY", escape(o.StreamTitle))
		if o.Category != nil {
			line("CATEGORIES", escape(o.Category.Name))
		}
		if o.Skipped {
			line("STATUS", "CANCELLED")
			line("DESCRIPTION", escape(o.Reason))
		} else {
			line("STATUS", "CONFIRMED")
		}
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return b.String()
}

func utc(at time.Time) string { return at.UTC().Format("20060102T150405Z") }

// escape lets the characters that mean something in a text of a calendar mean themselves. Control characters,
// which none may have, are left out.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(text)
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, text)
}

// longestLine is how many bytes a line of a calendar has.
const longestLine = 75

// fold writes a line in pieces of whole characters; each but the first begins with a space.
func fold(b *strings.Builder, text string) {
	for room := longestLine; len(text) > room; room = longestLine - 1 {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		fmt.Fprintf(b, "%s\r\n ", text[:cut])
		text = text[cut:]
	}
	fmt.Fprintf(b, "%s\r\n", text)
}
