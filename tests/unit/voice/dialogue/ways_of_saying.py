"""Ways of putting the spoken rights, a line each, and what only sounds like them."""

from typing import Final

WAYS: Final = {
    "stop_calling": """
        Stop calling me, I'm not interested
        stop calling me i'm not interested
        Stop calling me or I will sue
        Stop calling me because I am busy
        Don't call again
        Do not call
        please don't call anymore
        I told you not to call me
        I asked you not to call me again
        I want to be removed from your list
        I'd like to be taken off your list
        please remove my number
        take my number off your list
        remove me from your call list please
        add me to your do-not-call list
        I don't want to receive any more calls
        I don't want to get these calls anymore
        I no longer want to be called
        I no longer wish to receive calls from you
        I don't want you to ever call me again
        leave me alone
        stop ringing me up
        cease calling me
        I withdraw my consent to be called
        I revoke my consent to these calls
        never contact me again
        please stop all calls to this number
        Would you mind not calling me again?
        could you not call me anymore
        can you please not call me again
        I wish you would stop calling me all the time
        no further calls please
        Please stop phoning me.
        Quit calling!
        you people need to stop calling
        lose this number
        don't you ever call me again
        Don't bother me again
        Please do not call this number any longer
        take me off the calling list
        I don't wish to be contacted
        I do not wish to be contacted any further
        Stop calling me - I mean it, seriously
        remove me from the list
        stop calling
        hey, quit calling me already
        would you stop calling me?
        I'm asking you to stop calling me
        This is the third time, don't ever call here again
        I want off your list
        Get me off this list
        take me off
        please take us off your call list
        I need you to stop contacting me
        remove us from your calling list
        do not contact me again
        don't contact me any more
        never ring me again
        please put my number on the do not call list
        I'm on the do not call registry
        put me on do not call
        I said stop calling
        Stop with the calls
        I don't want your calls
        you need to stop harassing me
        do not phone me again
        I would like to opt out of these calls
        I wish to opt out
        I'd appreciate it if you didn't call me again
        please stop calling my house
        I would prefer not to be called again
        Can you make sure I'm not called again
        I'm not interested, please take me off the list
        don't you dare call me again
        You have the wrong number, stop calling
        stop calling this phone number
        I do not consent to these calls
        I did not consent to being called
        I never agreed to be called
    """,
    "dont_record": """
        Don't record this call, I don't like it
        can you not record this
        could you please not record this call
        would you mind not recording
        turn off recording
        turn recording off
        I'd rather you not record this
        I would prefer that you don't record this
        I'd prefer not being recorded
        I would prefer this not be recorded
        I'm not comfortable being recorded
        I am not okay with being recorded
        you don't have my permission to record
        you do not have my consent to record this call
        I do not give you permission to record me
        I don't give my consent to be recorded
        please make sure this isn't recorded
        this should not be recorded
        I don't want this on tape
        no taping please
        stop taping
        please refrain from recording
        without recording please
        I want this off the record
        don't save this call
        please do not store my voice
        I object to the recording
        I object to this call being recorded
        I refuse to be recorded
        do not record
        don't be recording this
        I withdraw my consent to recording
        I don't want my voice to be recorded
        I don't want to have this recorded
        disable the recording
        can you turn the recording off please
        can we do this without recording
        I didn't agree to a recording
        Stop recording me right now or I hang up
        please don't record anything I say
        please don't record
        don't record
        You may not record this call
        I do not consent to recording
        I don't agree to the recording
        no, do not record me
        is it possible to not record this
        I'd like this not to be recorded
        I want you to stop recording
        please turn off the recording
        please switch off the recorder
        can you stop the recording
        I don't feel comfortable with this being recorded
        you can't record me
        I don't allow recordings
        I don't want a record of this
        stop taping me
        please do not tape this conversation
        I'd rather this call wasn't recorded
        I would rather you didn't record this
        no recording
        not recorded please
        I don't want to be on tape
        don't record our conversation
        I want to continue without being recorded
        I say no to recording
        I opt out of recording
        do not transcribe this
        don't write this down
        I don't like being recorded
        I hate being recorded
    """,
    "delete_data": """
        I'd like my data deleted
        I want my data removed
        please have my data deleted
        can my data be deleted
        delete the data you have on me
        delete any data you hold about me
        erase all records of me
        purge my data
        forget me
        delete me from your system
        delete my number
        delete my phone number from your records
        I want to exercise my right to erasure
        I want all my data gone
        Delete my data, I never agreed to this
        delete my data because I never agreed
        Please get my data deleted
        remove all of my personal information from your database
        I request the deletion of my data
        I request deletion of my personal data
        please delete all the information that you have about me
        you must erase my data
        delete everything about me
        don't keep my data
        wipe everything you have on me
        delete this call
        please erase this conversation
        could you remove everything you know about me please
        I want you to delete whatever you have stored about me
        destroy my records
        get rid of my data
        I want everything you have about me deleted
        delete all my stuff
        erase me
        please erase everything you know about me
        delete all data you have on me
        please delete my information
        erase my information
        I want my information erased
        You have to delete my data
        under GDPR I want my data deleted
        I invoke my right to be forgotten
        please remove my personal information
        delete all of my information from your files
        I'd like all my personal data to be erased
        could you please delete any information you have stored on me
        delete whatever you've got on me
        I want you to forget everything about me
        can you erase my records please
        get rid of everything you have on me
        please remove me from your system
        please wipe my records
        delete this call and everything about me
        delete my details
        I want to have my data deleted
        I'd like to request that my data be deleted
        Make sure my data is deleted
        please see that my data gets deleted
        delete my personal data immediately
        delete what you recorded
        I want my recording deleted
        can you delete the recording of this call
    """,
    "is_it_a_machine": """
        am I talking to a machine
        you're a robot, aren't you
        you are a robot right
        this is a robot isn't it
        is this automated
        is this call automated
        are you a computer program
        are you a voice assistant
        is this a recorded message
        Are you a robot, because you sound weird
        are you chatgpt
        are you a live person
        Are you a person or a machine?
        am I talking to a real human being right now
        what are you, a robot
        you sound like a robot
        do I have a machine on the line
        is this an AI I'm talking to
        is there a human on the other end
        am I on with a bot
        Am I talking to an actual human or a computer
        is this a real person
        are you even human
        are you a human being?
        is it a bot
        is this a person or a recording
        is that a computer
        who am I talking to, a machine?
        Hang on, is this an AI?
        are you some sort of machine
        are you an artificial intelligence
        Am I speaking to a robot here or what
        Are you an AI agent?
        is this an ai assistant
        am I talking to an AI agent
        are you a bot or something
        is this a robocall
        tell me if you are a machine
        are you a real human person
        Am I talking to a machine or a person
        are you a machine or what
        is there a real person there
        are you actually a person
        are you an actual person
        is this a computer
        is that a machine
        are you a human
        are you human or machine
        Am I speaking to a human?
        Am I talking with AI
        do I speak with a robot
        are you ai
        you are a bot aren't you
        this is an AI, right?
        sorry, but am I talking to a robot?
        am i talking to a real person or an answering machine
        are you an answering machine
        is this an answering machine
        is this voice real
        are you a computer
        are you some kind of bot
        hello is this a real human
        I think you're a robot
        so you're not a real person?
        you're not human, are you
        you are not a human being
        is this call from a robot
        am I actually talking to a human
        Am I really talking to a person?
        are you a person
    """,
    "person": """
        I don't want to talk to a machine
        I don't want to talk to a robot
        I want a human, not a machine
        I want to talk with a human not a machine
        can I get a human
        could I get a person on the line
        can I speak to someone in billing
        can I speak to a person who knows about my order
        is there anyone I can talk to
        can I talk to anybody there
        transfer me
        let me speak with support
        I'd rather talk to a human
        give me a human
        I need to speak with a live agent
        human please
        real person please
        I would like a person please
        put me through to an agent
        get me someone real
        can a human help me
        I want to speak to a living person
        please transfer me to a real person because this is not working
        speak to a representative
        operator please
        is there a human I could talk to
        can you connect me to customer support
        let me speak to a human being please
        I want to talk to an actual person
        could I please speak with a member of staff
        I'd like to be connected to a person
        hand me over to a colleague
        I need a human
        A person, please
        I want to speak to your supervisor
        can I please talk to somebody else
        just get me a person
        I want to talk to someone real
        give me a real person
        get me an operator
        let me talk to a human
        I'd like to talk to somebody
        can you put me through to a human
        Could I speak with an agent please
        talk to agent
        speak to agent
        live agent
        customer service
        customer service please
        human
        a human please
        let me speak to your manager
        put me through to reception
        connect me to the front desk
        is there a real person I can speak to
        may I speak to a person
        I would rather speak to a person
        I want an actual human
        I don't talk to machines
        enough of this, give me a person
        can I please have a real human being
        can I talk to a real human
        I need to talk to someone
        I want to talk to the person in charge
        transfer to agent
        I prefer to speak with a human
        no machine, I want a human
        please forward me to someone else
        I need help from a human
    """,
}

NONE: Final = """
    please don't delete my data
    don't stop calling me
    please do not stop recording
    I don't want to talk to a person
    I do not want to speak to anyone else
    I don't need a manager
    what happens if I don't call
    if you do not call by five I will be gone
    do not call me late
    don't call me before nine
    don't call the other office
    stop at the next street
    I want to record a message
    do you record this call
    is this call recorded
    is this call being recorded
    does this get recorded
    can you record this
    I'd like you to record that I called
    yes you may record
    you have my permission to record
    I give my consent to the recording
    yes, I consent to being recorded
    I don't mind being recorded
    I do not object to being recorded
    I have no problem with recording
    I'm not against recording
    I don't have a problem with you recording this
    no objection to recording
    it's not a problem if you record
    record whatever you want
    my records are at the hospital
    please delete the appointment on Friday
    delete that
    remove the second item
    can you delete my order
    I want to change my number
    my number is two oh two five five five
    my information has changed
    I would like to update my details
    delete my message
    can you forget my last answer
    my phone number was removed by accident
    I'm talking to a person in the other room
    a person called me yesterday
    my agent told me to call
    I need an agent and a lawyer
    is this the front desk
    are you the manager
    are you a person who can help with bills
    are you open
    is this a recording studio
    I am a machine operator
    I work at a computer shop
    we sell robots
    I'd like to book a machine
    is it an automatic door
    I need a new computer
    what about my data plan
    someone called me
    somebody stole my bag
    chairs, people, and food
    we need a table for six people
    two people
    there is no recording on my account
    no tape is needed
    the call is off
    I called yesterday and nobody answered
    I want to stop
    stop
    never mind
    quit
    cancel
    I want to cancel
    take my number please
    can you take my number
    put me on the waiting list
    put me on the list
    transfer my appointment to Tuesday
    transfer me money
    connect my phone to the internet
    I was told not to call before noon
    I'd like to see a person about a dog
    is there anyone at the desk on Sunday
    do I need to bring anyone
    can I bring someone
    can I have a person with me at the appointment
    I want a table and a person to serve
    I want someone to fix my sink
    I need someone to fix my sink
    I need somebody to look at my car
    I would like someone to call me back
    I want people to know
    I would like an assistant for Monday
    it is a real one
    is it real
    is this real leather
    are you real estate people
    I'm not a robot
    I am not a machine
    I am a human
    I am a real person
    you are talking to a person
    you're a real person thank god
    can I have a receipt
    I want to be called back
    I don't want to be called Bob
    I don't want you to call Bob
    I do not want calls after nine
    I want more calls
    you can't call me at nine
    never call me late
    I never called you
    I don't know
    I don't want that
    I'd rather not
    this is off the record player shelf
    don't keep anything cold
    don't keep the change
    I want everything
    delete everything
    forget it
    forget that
    never mind forget it
    wipe the table
    clear my schedule
    clear my record with the police
    it should not be recorded on my bill twice
    I want the deletion of my appointment
    yes
    no thank you
"""
